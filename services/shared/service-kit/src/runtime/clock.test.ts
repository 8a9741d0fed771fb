import { retry, untilNextRun } from './clock';

const soon = { ms: 10_000, wait: () => 0 };

describe('a retry', () => {
  it('repeats until it works, and says which tries failed', async () => {
    const failed: number[] = [];
    let tries = 0;
    const run = () => (++tries < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve('there'));
    expect(await retry(run, { ...soon, onFailure: (_error, attempt) => failed.push(attempt) })).toBe('there');
    expect([tries, failed]).toEqual([3, [1, 2]]);
  });

  it('throws the last error when the next try would come too late', async () => {
    let tries = 0;
    const run = () => Promise.reject(new Error(`try ${++tries}`));
    await expect(retry(run, { ms: 0, wait: () => 1 })).rejects.toThrow('try 1');
    await expect(retry(run, { ms: 50, wait: (attempt) => (attempt < 3 ? 0 : 100) })).rejects.toThrow('try 4');
  });

  it('ends when its signal aborts', async () => {
    const stop = new AbortController();
    const run = () => {
      stop.abort();
      return Promise.reject(new Error('no'));
    };
    await expect(retry(run, { ...soon, signal: stop.signal })).rejects.toThrow('no');
  });
});

describe('the time until the next run of a task', () => {
  it('is its own after a success', () => {
    expect([untilNextRun(1_000, 0), untilNextRun(600_000, 0)]).toEqual([1_000, 600_000]);
  });

  it('is at most ten seconds after the first failure of a rare task, and grows up to its own', () => {
    expect(untilNextRun(600_000, 1)).toBeLessThanOrEqual(10_000);
    expect(untilNextRun(600_000, 4)).toBeLessThanOrEqual(80_000);
    expect(untilNextRun(600_000, 30)).toBeGreaterThanOrEqual(300_000);
    expect(untilNextRun(600_000, 30)).toBeLessThanOrEqual(600_000);
  });

  it('is never shorter than its own after failures of a frequent task', () => {
    for (const failures of [1, 5, 50]) expect(untilNextRun(1_000, failures)).toBeGreaterThanOrEqual(1_000);
    expect(untilNextRun(1_000, 50)).toBeGreaterThanOrEqual(5_000);
  });
});
