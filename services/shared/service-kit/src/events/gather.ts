/** Bounds of a rest in milliseconds, and how much of it each event of the last second earns. */
export interface Gathering {
  perEventMs: number;
  minMs: number;
  maxMs: number;
}

/**
 * How long a loop over batches rests after a batch that was not full: what arrives meanwhile travels together. A quiet shop
 * hardly waits; a busy one commits few large batches, since most of an event's cost is that of its transaction. Call the
 * result with the size of each batch; it answers milliseconds.
 */
export function createGathering(
  { perEventMs, minMs, maxMs }: Gathering,
  clock = () => performance.now(),
): (count: number) => number {
  let lastSecond = 0;
  let at = clock();
  return (count) => {
    const now = clock();
    lastSecond = lastSecond * Math.exp((at - now) / 1_000) + count;
    at = now;
    return Math.min(maxMs, Math.max(minMs, lastSecond * perEventMs));
  };
}
