import type { Called } from '../shopper/shop-client';
import type { Outcome } from '../shopper/shopper';

/** The figures of one kind of call; `p50`, `p95` and `slowest` in seconds. */
export interface CallFigures {
  name: string;
  calls: number;
  refused: number;
  failed: number;
  p50: number;
  p95: number;
  slowest: number;
}

/** How a visit ended: with an outcome, with a refusal of the shop, or with a failed call. */
export type Ending = Outcome | 'refused' | 'broken off';

/** Counts everything of a run. All latencies are kept, since a run is limited in time. */
export function createFigures() {
  const byName = new Map<string, { seconds: number[]; refused: number; failed: number }>();
  const outcomes = new Map<Ending, number>();
  let limited = 0;
  const quantile = (sorted: readonly number[], q: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

  function called({ name, status, code, seconds }: Called): void {
    const entry = byName.get(name) ?? { seconds: [], refused: 0, failed: 0 };
    byName.set(name, entry);
    entry.seconds.push(seconds);
    if (code === 'rate_limited') limited += 1;
    if (status === 0 || status >= 500) entry.failed += 1;
    // The account exists since an earlier run, so this is no refusal.
    else if (status >= 400 && code !== 'email_taken') entry.refused += 1;
  }

  function calls(): CallFigures[] {
    return [...byName].map(([name, { seconds, refused, failed }]) => {
      const sorted = [...seconds].sort((a, b) => a - b);
      return {
        name,
        calls: sorted.length,
        refused,
        failed,
        p50: quantile(sorted, 0.5),
        p95: quantile(sorted, 0.95),
        slowest: sorted.at(-1) ?? 0,
      };
    });
  }

  return {
    called,
    ended: (outcome: Ending) => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
    outcomes: () => new Map(outcomes),
    visits: () => [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    /** Calls that the shop refused because too many came from this address. */
    limited: () => limited,
    failures: () => [...byName.values()].reduce((sum, { failed }) => sum + failed, 0),
    calls,
    /** Deletes the latencies, for the service, which runs without end. */
    forgetCalls: () => byName.clear(),
  };
}
export type Figures = ReturnType<typeof createFigures>;
