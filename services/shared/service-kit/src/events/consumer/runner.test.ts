import fc from 'fast-check';
import type { AnyEvent } from '@bramble/contracts/events';
import { AppError, NotYet } from '../../base/errors';
import type { EventEntry } from './entry';
import { createRunner } from './runner';
import { MAX_SLOW_TRIES, MAX_TRIES, NOT_YET_MS, type Tries } from './tries';

const entry = (n: number, key: string): EventEntry => ({
  stream: 's',
  origin: 's',
  id: `${n}-0`,
  fields: {},
  event: { id: String(n), key } as AnyEvent,
});

/** A runner whose handler fails for some events, with a clock that the test moves. */
function lab(fail: (id: string, alone: boolean) => Error | undefined) {
  const log = { effects: [] as string[], dead: [] as string[], retried: 0, calls: 0 };
  const redis = { isFull: false };
  let now = 0;
  const runner = createRunner({
    now: () => now,
    isTransient: (error) => error instanceof Error && error.message === 'away',
    isTooSlow: (error) => error instanceof Error && error.message === 'slow',
    isFull: () => redis.isFull,
    recovered: () => Promise.resolve(true),
    handle: (events) => {
      log.calls += 1;
      for (const event of events) {
        const error = fail(event.id, events.length === 1);
        if (error) return Promise.reject(error);
      }
      log.effects.push(...events.map((event) => event.id));
      return Promise.resolve();
    },
    done: () => Promise.resolve(),
    retry: () => Promise.resolve(void (log.retried += 1)),
    dead: (dead) => Promise.resolve(void log.dead.push(dead.event.id)),
  });
  const settle = async () => {
    for (let i = 0; i < 20_000 && runner.dueIn() !== undefined; i++) {
      now += runner.dueIn() ?? 0;
      await runner.runDue();
    }
  };
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end;) {
      now = Math.min(end, now + Math.max(1, runner.dueIn() ?? ms));
      await runner.runDue();
    }
  };
  return { runner, redis, log, settle, pass, now: () => now };
}

describe('the runner of batches', () => {
  it('handles a sound batch in one call', async () => {
    const { runner, log } = lab(() => undefined);
    await runner.run([entry(1, 'a'), entry(2, 'b')], new Map());
    expect(log).toEqual({ effects: ['1', '2'], dead: [], retried: 0, calls: 1 });
  });

  it('gives an event up that was refused before this run and is refused again, at its fifth try', async () => {
    const { runner, log } = lab(() => new AppError('conflict'));
    const tries = new Map<string, Tries>([['s\n1-0', { count: MAX_TRIES - 1 }]]);
    await runner.run([entry(1, 'a')], tries);
    expect(log.dead).toEqual(['1']);
    expect(runner.heldCount()).toBe(0);
  });

  it('tries an event for hours whose error may pass, and then gives it up', async () => {
    const { runner, log, settle, now } = lab(() => new Error('who knows'));
    await runner.run([entry(1, 'a')], new Map());
    await settle();
    expect(log).toEqual({ effects: [], dead: ['1'], retried: MAX_SLOW_TRIES - 1, calls: MAX_SLOW_TRIES });
    expect(now()).toBeGreaterThan(3 * 3_600_000);
    expect(now()).toBeLessThan(7 * 3_600_000);
  });

  it('blames the store, and no event, when most keys fail alike', async () => {
    let broken = true;
    const { runner, log, settle } = lab((id) =>
      broken ? new Error(`relation "effects" is gone, said of event ${id}`) : undefined,
    );
    const entries = Array.from({ length: 100 }, (_, i) => entry(i, `k${i}`));
    await runner.run(entries, new Map());
    expect(log).toMatchObject({ effects: [], dead: [], retried: 0 });
    // Seven halvings to each of the first events; the other 96 are not tried in vain.
    expect(log.calls).toBeLessThan(20);
    expect(runner.heldCount()).toBe(100);
    broken = false;
    await settle();
    expect(log.effects).toHaveLength(100);
    expect(log.dead).toEqual([]);
  });

  it('counts the failures of a few keys, although all of them fail alike, once others are handled', async () => {
    const { runner, log, settle } = lab((id) => (Number(id) < 3 ? new AppError('conflict') : undefined));
    await runner.run(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => entry(i, `k${i}`)),
      new Map(),
    );
    await settle();
    expect([...log.effects].sort()).toEqual(['3', '4', '5', '6', '7']);
    expect([...log.dead].sort()).toEqual(['0', '1', '2']);
  });

  it('gives up on what stays too early for ten minutes, not before', async () => {
    const { runner, log, settle, now } = lab(() => new NotYet('early'));
    await runner.run([entry(1, 'a')], new Map());
    await settle();
    expect(log.dead).toEqual(['1']);
    expect(now()).toBeGreaterThanOrEqual(NOT_YET_MS);
    expect(now()).toBeLessThan(NOT_YET_MS + 10_000);
    expect(log.calls).toBeLessThan(200);
  });

  it('waits for what is too early as long as its error says', async () => {
    const { runner, log, settle, now } = lab(() => new NotYet('early', { maxEarlyMs: 86_400_000 }));
    await runner.run([entry(1, 'a')], new Map());
    await settle();
    expect(log.dead).toEqual(['1']);
    expect(now()).toBeGreaterThanOrEqual(86_400_000);
  });

  it('gives up at once what it tries for hours when Redis has no room for it, and handles what waited behind it', async () => {
    const { runner, redis, log, pass } = lab((id) => (id === '1' ? new Error('who knows') : undefined));
    await runner.run([entry(1, 'a'), entry(2, 'a')], new Map());
    await pass(3_600_000);
    expect(log.dead).toEqual([]);
    redis.isFull = true;
    runner.hurry();
    await runner.runDue();
    await runner.runDue();
    expect(log.dead).toEqual(['1']);
    expect(log.effects).toEqual(['2']);
    expect(runner.heldCount()).toBe(0);
  });

  it('gives up what is too early for a minute when Redis has no room for it', async () => {
    const { runner, redis, log, pass } = lab(() => new NotYet('early', { maxEarlyMs: 86_400_000 }));
    await runner.run([entry(1, 'a')], new Map());
    redis.isFull = true;
    await pass(50_000);
    expect(log.dead).toEqual([]);
    await pass(21_000);
    expect(log.dead).toEqual(['1']);
  });

  it('keeps the same key of two streams apart', async () => {
    const { runner, log } = lab((id) => (id === '1' ? new Error('poison') : undefined));
    await runner.run([entry(1, 'a'), { ...entry(2, 'a'), stream: 't', origin: 't' }], new Map());
    expect(log.effects).toEqual(['2']);
  });

  it('loses nothing, doubles nothing and keeps the order of each key, whatever fails', async () => {
    const event = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      failures: fc.constantFrom(0, 0, 0, 0, 1, 3, Infinity),
      transient: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (events, size) => {
          const left = new Map(events.map(({ failures }, i) => [String(i), failures]));
          const away = new Set(events.flatMap(({ transient }, i) => (transient ? [String(i)] : [])));
          const { runner, log, settle } = lab((id, alone) => {
            if (away.delete(id)) return new Error('away');
            const failures = left.get(id) ?? 0;
            if (failures === 0) return undefined;
            if (alone) left.set(id, failures - 1);
            return new Error('poison');
          });
          const entries = events.map(({ key }, i) => entry(i, key));
          for (let i = 0; i < entries.length; i += size) {
            await runner.run(entries.slice(i, i + size), new Map());
            if (i % 2 === 0) await runner.runDue();
          }
          await settle();
          const poison = events.flatMap(({ failures }, i) => (failures === Infinity ? [String(i)] : []));
          expect([...log.dead].sort()).toEqual(poison.sort());
          expect(new Set(log.effects).size).toBe(log.effects.length);
          expect(log.effects.length + log.dead.length).toBe(events.length);
          for (const key of 'abcd') {
            const ofKey = log.effects.map(Number).filter((i) => events[i]?.key === key);
            expect(ofKey).toEqual([...ofKey].sort((x, y) => x - y));
          }
          expect(runner.heldCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
