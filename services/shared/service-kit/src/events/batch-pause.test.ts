import { createBatchPause } from './batch-pause';

const bounds = { perEventMs: 0.5, minMs: 5, maxMs: 120 };

/** The rest after five seconds of so many events a second, in batches that are so many milliseconds apart. */
function restAt(eventsPerSecond: number, everyMs: number): number {
  let now = 0;
  const restAfter = createBatchPause(bounds, () => now);
  let rest = 0;
  while (now < 5_000) {
    now += everyMs;
    rest = restAfter((eventsPerSecond * everyMs) / 1_000);
  }
  return rest;
}

describe('the rest between batches', () => {
  it('is the least there is in a quiet shop', () => {
    expect(restAt(2, 500)).toBe(5);
  });

  it('grows with the events of the last second, however they were cut into batches', () => {
    for (const everyMs of [10, 50, 100]) {
      expect(restAt(100, everyMs)).toBeGreaterThan(45);
      expect(restAt(100, everyMs)).toBeLessThan(60);
    }
  });

  it('is never longer than its upper bound', () => {
    expect(restAt(5_000, 100)).toBe(120);
  });

  it('is short again when the rush is over', () => {
    let now = 0;
    const restAfter = createBatchPause(bounds, () => now);
    expect(restAfter(1_000)).toBe(120);
    now = 10_000;
    expect(restAfter(1)).toBe(5);
  });
});
