import type { Logger } from './logger';
import type { MetricsOwner } from './metrics';
import type { KitMetrics } from './metrics-catalogue';
import type { Catalogue } from './metrics-catalogue/definition';

/** The log and metrics of a service, for parts that need only these. */
export interface Telemetry<C extends Catalogue = KitMetrics> extends MetricsOwner<C> {
  readonly log: Logger;
}
