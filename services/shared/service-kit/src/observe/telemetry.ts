import type { Logger } from './logger';
import type { MetricsOwner } from './metrics';

/** What a part needs that only reports what it does. A service is one. */
export interface Telemetry extends MetricsOwner {
  readonly log: Logger;
}
