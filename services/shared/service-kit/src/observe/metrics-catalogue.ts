import { processMetrics } from './metrics-catalogue/process';
import { streamMetrics } from './metrics-catalogue/streams';

/**
 * The metrics that any service may have: kind, help, labels with their closed values. `service_name` is added to all of
 * them. A service defines its own beside the code that counts, and gives them to createService. Counters whose labels are
 * all closed are created at 0 for each combination, so that the first failure shows in a rate.
 */
export const kitMetrics = { ...processMetrics, ...streamMetrics };
export type KitMetrics = typeof kitMetrics;
