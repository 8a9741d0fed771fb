import { backoff } from '@bramble/service-kit/runtime/clock';

/** Between 15 and 30 s after the first failure of an order, at most ten minutes after a later one. */
const DELAY = { base: 30_000, max: 600_000 };
const FORGET_MS = 3_600_000;

/** The orders that could not be repaired and are left alone for a while, so that they do not keep the others waiting. */
export function createPostponed(now = () => performance.now()) {
  const orders = new Map<string, { failures: number; until: number }>();

  function add(id: string): void {
    const failures = (orders.get(id)?.failures ?? 0) + 1;
    orders.set(id, { failures, until: now() + backoff(failures, DELAY) });
  }

  function ids(): string[] {
    for (const [id, { until }] of orders) if (until + FORGET_MS < now()) orders.delete(id);
    return [...orders].filter(([, { until }]) => until > now()).map(([id]) => id);
  }

  return { add, ids };
}
