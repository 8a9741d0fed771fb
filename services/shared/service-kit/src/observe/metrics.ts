import { performance } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { kitMetrics, type KitMetrics } from './metrics-catalogue';
import type { Catalogue, LabelsOf, NameOf, NoMetrics } from './metrics-catalogue/definition';

type Labels = Record<string, string>;
type Metric = Counter | Gauge | Histogram;

/** A service's metric registry, and the catalogue of its metrics. */
export interface Metrics<C extends Catalogue = KitMetrics> {
  readonly registry: Registry;
  readonly serviceName: string;
  readonly metrics: Map<string, Metric>;
  readonly catalogue: C;
}

/** The default metrics of prom-client that are exported. The others are left out to keep scrapes small. */
const wantedDefaults = new Set([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_gc_duration_seconds',
]);

/** Opens a registry for the kit's metrics and the service's `own`; every series has the label `service_name`. */
export function createMetrics<M extends Catalogue = NoMetrics>(
  serviceName: string,
  own?: M,
): Metrics<KitMetrics & M> {
  const registry = new Registry();
  registry.setDefaultLabels({ service_name: serviceName });
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray())
    if (!wantedDefaults.has(name)) registry.removeSingleMetric(name);
  const catalogue = { ...kitMetrics, ...own } as KitMetrics & M;
  const metrics: Metrics<KitMetrics & M> = { registry, serviceName, metrics: new Map(), catalogue };
  set(metrics, 'bramble_start_time_seconds', Math.round(performance.timeOrigin / 1000));
  const busy = gaugeOf(metrics, 'nodejs_eventloop_utilization_ratio');
  let last = performance.eventLoopUtilization();
  onCollect(metrics, 'nodejs_eventloop_utilization_ratio', () => {
    const now = performance.eventLoopUtilization();
    busy.set(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });
  return metrics;
}

const collectors = new WeakMap<Metric, (() => void | Promise<void>)[]>();
function onCollect(metrics: Metrics<Catalogue>, name: string, collect: () => void | Promise<void>): void {
  const list = collectors.get(metricOf(metrics, name));
  list?.push(collect);
}

function metricOf(metrics: Metrics<Catalogue>, name: string): Metric {
  const known = metrics.metrics.get(name);
  if (known) return known;
  const definition = metrics.catalogue[name];
  if (!definition) throw new Error(`${metrics.serviceName} has no metric ${name} in its catalogue`);
  const labelNames = Object.keys(definition.labels);
  const hooks: (() => void | Promise<void>)[] = [];
  const options = {
    name,
    help: definition.help,
    labelNames,
    registers: [metrics.registry],
    collect: async () => void (await Promise.all(hooks.map((hook) => hook()))),
  };
  const metric =
    definition.kind === 'counter'
      ? new Counter(options)
      : definition.kind === 'gauge'
        ? new Gauge(options)
        : new Histogram({ ...options, buckets: [...(definition.buckets ?? [])] });
  collectors.set(metric, hooks);
  metrics.metrics.set(name, metric);
  if (metric instanceof Counter) for (const labels of combinations(definition.labels)) metric.inc(labels, 0);
  return metric;
}

/** Every combination of closed label values; none when a label is open. */
function combinations(labels: Readonly<Record<string, readonly string[] | null>>): Labels[] {
  let all: Labels[] = [{}];
  for (const [name, values] of Object.entries(labels)) {
    if (values === null) return [];
    all = all.flatMap((labelsSoFar) => values.map((value) => ({ ...labelsSoFar, [name]: value })));
  }
  return all;
}

const counterOf = (metrics: Metrics<Catalogue>, name: string) => metricOf(metrics, name) as Counter;
const gaugeOf = (metrics: Metrics<Catalogue>, name: string) => metricOf(metrics, name) as Gauge;
const set = (metrics: Metrics, name: NameOf<KitMetrics, 'gauge'>, value: number, labels: Labels = {}) =>
  gaugeOf(metrics, name).set(labels, value);

/** An owner of metrics, such as a service. */
export interface MetricsOwner<C extends Catalogue = KitMetrics> {
  readonly metrics: Metrics<C>;
}

/** A counter of the catalogue; every closed combination of labels starts at 0. */
export function counter<C extends Catalogue, N extends NameOf<C, 'counter'>>(
  owner: MetricsOwner<C>,
  name: N,
) {
  const metric = counterOf(owner.metrics, name);
  return { inc: (labels: LabelsOf<C, N>, by = 1) => metric.inc(labels as Labels, by) };
}

/** A gauge of the catalogue that is set on change. */
export function gauge<C extends Catalogue, N extends NameOf<C, 'gauge'>>(owner: MetricsOwner<C>, name: N) {
  const metric = gaugeOf(owner.metrics, name);
  return {
    set: (labels: LabelsOf<C, N>, value: number) => metric.set(labels as Labels, value),
    inc: (labels: LabelsOf<C, N>, by = 1) => metric.inc(labels as Labels, by),
    dec: (labels: LabelsOf<C, N>, by = 1) => metric.dec(labels as Labels, by),
  };
}

/** A histogram of the catalogue; it observes seconds. */
export function histogram<C extends Catalogue, N extends NameOf<C, 'histogram'>>(
  owner: MetricsOwner<C>,
  name: N,
) {
  const metric = metricOf(owner.metrics, name) as Histogram;
  return { observe: (labels: LabelsOf<C, N>, value: number) => metric.observe(labels as Labels, value) };
}

/** A gauge that is cheap to read (a property of this process); read at each scrape. */
export function sampled<C extends Catalogue, N extends NameOf<C, 'gauge'>>(
  owner: MetricsOwner<C>,
  name: N,
  read: () => { labels: LabelsOf<C, N>; value: number }[],
): void {
  const metric = gaugeOf(owner.metrics, name);
  onCollect(owner.metrics, name, () => {
    for (const { labels, value } of read()) metric.set(labels as Labels, value);
  });
}

const CACHE_MS = 10_000;
const DEADLINE_MS = 1_000;

/**
 * Gauges over shared state. One `read` at a scrape provides all of them; its result is cached for 10 s and limited to 1
 * s. When it fails, the series are dropped and `bramble_collect_errors_total{collector}` counts.
 */
export function collected<C extends Catalogue, N extends NameOf<C, 'gauge'>>(
  owner: MetricsOwner<C>,
  collector: string,
  names: readonly N[],
  read: () => Promise<{ name: N; labels: LabelsOf<C, N>; value: number }[]>,
): void {
  const errors = counterOf(owner.metrics, 'bramble_collect_errors_total');
  errors.inc({ collector }, 0);
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  const refresh = async () => {
    const fresh = await Promise.race([
      read(),
      new Promise<never>((_, reject) =>
        setTimeout(
          () => reject(new Error(`${collector} took longer than ${DEADLINE_MS} ms`)),
          DEADLINE_MS,
        ).unref(),
      ),
    ]).catch(() => {
      errors.inc({ collector });
      return [];
    });
    for (const name of names) gaugeOf(owner.metrics, name).reset();
    for (const { name, labels, value } of fresh) gaugeOf(owner.metrics, name).set(labels as Labels, value);
    readAt = performance.now();
  };
  const collect = async () => {
    if (performance.now() - readAt < CACHE_MS) return;
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    await reading;
  };
  for (const name of names) onCollect(owner.metrics, name, collect);
}
