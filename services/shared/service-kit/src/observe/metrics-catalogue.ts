import { processMetrics } from './metrics-catalogue/process';
import { shopMetrics } from './metrics-catalogue/shop';
import { streamMetrics } from './metrics-catalogue/streams';

/**
 * Every metric of Bramble: kind, help, labels with their closed values. `service_name` is added to all of them.
 * Counters whose labels are all closed are created at 0 for each combination, so that the first failure shows in a rate.
 */
export const metricsCatalogue = { ...processMetrics, ...shopMetrics, ...streamMetrics };

export type MetricsCatalogue = typeof metricsCatalogue;
export type MetricName = keyof MetricsCatalogue;
export type MetricOfKind<K extends MetricsCatalogue[MetricName]['kind']> = {
  [N in MetricName]: MetricsCatalogue[N]['kind'] extends K ? N : never;
}[MetricName];

type LabelValue<V> = V extends readonly (infer S)[] ? S : string;
/** The labels a metric takes, each with its closed values. */
export type LabelsOf<N extends MetricName> = {
  [L in keyof MetricsCatalogue[N]['labels']]: LabelValue<MetricsCatalogue[N]['labels'][L]>;
};
