import { processMetrics } from './metrics-catalogue/process';
import { streamMetrics } from './metrics-catalogue/streams';

/**
 * The metrics of every service: kind, help, labels with their closed values. All have the label `service_name`. A
 * service defines its own metrics beside the code that counts, and passes them to createService. Counters with closed
 * labels start at 0 for each combination, so that the first failure shows in a rate.
 */
export const kitMetrics = { ...processMetrics, ...streamMetrics };
export type KitMetrics = typeof kitMetrics;
