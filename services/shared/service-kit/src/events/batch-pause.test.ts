import { createBatchPause } from './batch-pause';

const bounds = { perEventMs: 0.5, minMs: 5, maxMs: 120 };

/** The pause after five seconds with this many events a second, in batches that are `everyMs` apart. */
function pauseAt(eventsPerSecond: number, everyMs: number): number {
  let now = 0;
  const pauseAfter = createBatchPause(bounds, () => now);
  let pause = 0;
  while (now < 5_000) {
    now += everyMs;
    pause = pauseAfter((eventsPerSecond * everyMs) / 1_000);
  }
  return pause;
}

describe('the pause between batches', () => {
  it('is the lower bound when there are few events', () => {
    expect(pauseAt(2, 500)).toBe(5);
  });

  it('grows with the events of the last second, whatever the size of their batches', () => {
    for (const everyMs of [10, 50, 100]) {
      expect(pauseAt(100, everyMs)).toBeGreaterThan(45);
      expect(pauseAt(100, everyMs)).toBeLessThan(60);
    }
  });

  it('is never longer than its upper bound', () => {
    expect(pauseAt(5_000, 100)).toBe(120);
  });

  it('is the lower bound again when events are few again', () => {
    let now = 0;
    const pauseAfter = createBatchPause(bounds, () => now);
    expect(pauseAfter(1_000)).toBe(120);
    now = 10_000;
    expect(pauseAfter(1)).toBe(5);
  });
});
