import type { Logger } from './logger';
import type { MetricsOwner } from './metrics';

/** The log and metrics of a service, for parts that need only these. */
export interface Telemetry extends MetricsOwner {
  readonly log: Logger;
}
