/** Bounds of a rest in milliseconds, and by how much each event of the last second makes it longer. */
export interface Gathering {
  perEventMs: number;
  minMs: number;
  maxMs: number;
}

/**
 * How long a loop over batches rests after a batch that was not full, so that the events of that time become one batch. In a
 * quiet shop the rest is short; in a busy one batches are few and large, because most of an event's cost is that of its
 * transaction. Call the result with the size of each batch; it answers milliseconds.
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
