/** Bounds of the pause in milliseconds, and by how much each event of the last second prolongs it. */
export interface PauseBounds {
  perEventMs: number;
  minMs: number;
  maxMs: number;
}

/**
 * The pause of a loop after a batch that was not full, so that the events of this time form one batch. With few events
 * the pause is short. With many events batches become few and large, because most of an event's cost is that of its
 * transaction. Call the result with the size of each batch; it returns milliseconds.
 */
export function createBatchPause(
  { perEventMs, minMs, maxMs }: PauseBounds,
  clock = () => performance.now(),
): (count: number) => number {
  let lastSecond = 0;
  let lastAt = clock();
  return (count) => {
    const now = clock();
    lastSecond = lastSecond * Math.exp((lastAt - now) / 1_000) + count;
    lastAt = now;
    return Math.min(maxMs, Math.max(minMs, lastSecond * perEventMs));
  };
}
