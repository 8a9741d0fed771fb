import type { AnyEvent } from '@bramble/contracts/events';
import { createRunner } from '../src/events/consumer/runner';
import type { Tries } from '../src/events/consumer/tries';
import type { EventEntry } from '../src/events/entry';

/** The entry of event `n` in the stream "s". */
export const entry = (n: number, key: string): EventEntry => ({
  stream: 's',
  origin: 's',
  id: `${n}-0`,
  fields: {},
  event: { id: String(n), key } as AnyEvent,
});

/** One entry for each number, each with a key of its own. */
export const entries = (...numbers: number[]): EventEntry[] => numbers.map((n) => entry(n, `k${n}`));

export type Fail = (id: string, alone: boolean) => Error | undefined;

/**
 * A runner whose handler fails where `fail` answers an error, with a clock that the test moves. The message "away" stands for
 * a store that is away, and "slow" for events that took too long together.
 */
export function lab(fail: Fail = () => undefined) {
  const log = { effects: [] as string[], dead: [] as string[], retried: 0, calls: 0 };
  /** What the handler was called with, and the attempt that each wait for the store was for. */
  const seen = { batches: [] as string[][], waits: [] as number[] };
  const redis = { isFull: false };
  /** What the test has fail or stop. */
  const world = {
    fail,
    stopping: false,
    earlierPending: false,
    refuseEarlier: undefined as Error | undefined,
    refuseLetter: undefined as Error | undefined,
    refuseDone: undefined as Error | undefined,
  };
  let now = 0;
  const says = (error: unknown, ...messages: string[]) =>
    error instanceof Error && messages.includes(error.message);
  const runner = createRunner({
    now: () => now,
    isTransient: (error) => says(error, 'away', 'slow'),
    isTooSlow: (error) => says(error, 'slow'),
    isFull: () => redis.isFull,
    recovered: (attempt) => {
      seen.waits.push(attempt);
      return Promise.resolve(!world.stopping);
    },
    handle: (events) => {
      const ids = events.map(({ id }) => id);
      log.calls += 1;
      seen.batches.push(ids);
      for (const id of ids) {
        const error = world.fail(id, ids.length === 1);
        if (error) return Promise.reject(error);
      }
      log.effects.push(...ids);
      return Promise.resolve();
    },
    done: () => (world.refuseDone ? Promise.reject(world.refuseDone) : Promise.resolve()),
    retry: () => Promise.resolve(void (log.retried += 1)),
    hasEarlier: () =>
      world.refuseEarlier ? Promise.reject(world.refuseEarlier) : Promise.resolve(world.earlierPending),
    dead: ({ event }) => {
      if (world.refuseLetter) return Promise.reject(world.refuseLetter);
      return Promise.resolve(void log.dead.push(event.id));
    },
  });
  const moveTo = (ms: number) => void (now = ms);
  /** Runs every lane until none is left. */
  const settle = async () => {
    for (let i = 0; i < 20_000 && runner.dueIn() !== undefined; i++) {
      now += runner.dueIn() ?? 0;
      await runner.runDue();
    }
  };
  /** Lets time go by, and runs each lane when it is due. */
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end;) {
      now = Math.min(end, now + Math.max(1, runner.dueIn() ?? ms));
      await runner.runDue();
    }
  };
  return { runner, redis, world, log, seen, settle, pass, moveTo, now: () => now };
}

export const noTries: ReadonlyMap<string, Tries> = new Map();
