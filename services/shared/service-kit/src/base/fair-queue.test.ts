import { createFairQueue, type FairQueueLimits } from './fair-queue';

const LIMITS: FairQueueLimits = {
  atOnce: 4,
  atOncePerKey: 2,
  waiting: 100,
  waitingPerKey: 50,
  retryAfterSeconds: 5,
};

/** Work that is written down when it starts, and ends when the test says so. */
function lab(limits: Partial<FairQueueLimits> = {}) {
  const inTurn = createFairQueue({ ...LIMITS, ...limits });
  const started: string[] = [];
  /** Oldest first. */
  const running: { key: string; end: () => void }[] = [];
  const add = (key: string): Promise<void> =>
    inTurn(
      key,
      () =>
        new Promise<void>((resolve) => {
          started.push(key);
          running.push({ key, end: resolve });
        }),
    );
  /** Lets promises that are settled already run what waits for them. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    running.shift()?.end();
    await settled();
  };
  const endAll = async () => {
    while (running.length > 0) await endOne();
  };
  return { inTurn, add, started, running, endOne, endAll };
}

describe('a fair queue', () => {
  it('runs only so much of one key at once, and leaves the rest to others', async () => {
    const { add, started, endAll } = lab();
    const crowd = Array.from({ length: 10 }, () => add('crowd'));
    const other = add('other');
    expect(started).toEqual(['crowd', 'crowd', 'other']);
    await endAll();
    await Promise.all([...crowd, other]);
    expect(started.filter((key) => key === 'crowd')).toHaveLength(10);
  });

  it('lets the keys take turns where all places are taken', async () => {
    const { add, started, endAll } = lab({ atOnce: 1, atOncePerKey: 1 });
    const work = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map(add);
    await endAll();
    await Promise.all(work);
    // The second `a` starts before `b`, because the first one began when nobody else waited.
    expect(started).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('never runs more than its limits, and starts work as soon as there is a place', async () => {
    const { add, running, endOne } = lab();
    const work = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'].map(add);
    for (let left = work.length; left > 0; left--) {
      expect(running.length).toBeLessThanOrEqual(4);
      for (const key of ['a', 'b', 'c'])
        expect(running.filter((each) => each.key === key).length).toBeLessThanOrEqual(2);
      if (left >= 6) expect(running).toHaveLength(4);
      await endOne();
    }
    await Promise.all(work);
  });

  it('refuses what is too much for one key, and what is too much in all', async () => {
    const { add, endAll } = lab({ waitingPerKey: 3, waiting: 4 });
    const work = Array.from({ length: 5 }, () => add('crowd'));
    await expect(add('crowd')).rejects.toMatchObject({
      code: 'rate_limited',
      options: { retryAfterSeconds: 5 },
    });
    // Two places for another key, then one that waits as the fourth; the next is one too many.
    work.push(add('other'), add('other'), add('other'));
    await expect(add('third')).rejects.toMatchObject({ code: 'unavailable' });
    await endAll();
    await Promise.all(work);
    const again = add('crowd');
    await endAll();
    await again;
  });

  it('drops work whose caller goes away while it waits, and gives its place to others', async () => {
    const { inTurn, add, started, endAll } = lab({
      atOnce: 1,
      atOncePerKey: 1,
      waiting: 2,
      waitingPerKey: 1,
    });
    const first = add('a');
    const gone = new AbortController();
    const left = inTurn('a', () => Promise.reject(new Error('it was started')), gone.signal);
    await expect(add('a')).rejects.toMatchObject({ code: 'rate_limited' });
    gone.abort();
    await expect(left).rejects.toMatchObject({ code: 'request_timeout' });
    await expect(inTurn('b', () => Promise.resolve(), gone.signal)).rejects.toMatchObject({
      code: 'request_timeout',
    });
    const rest = [add('a'), add('b')];
    await endAll();
    await Promise.all([first, ...rest]);
    expect(started).toEqual(['a', 'a', 'b']);
  });

  it('goes on after work that failed', async () => {
    const inTurn = createFairQueue({ ...LIMITS, atOnce: 1, atOncePerKey: 1 });
    const failed = inTurn('a', () => Promise.reject(new Error('no')));
    const next = inTurn('a', () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('done');
  });
});
