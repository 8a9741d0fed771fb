import type { Redis } from 'ioredis';
import { type DeadLetterCause, toLetter } from '../dead-letters/letter';
import type { LetterStore } from '../dead-letters/letter-store';
import type { Entry } from '../entry';
import { triesKey } from '../keys';
import { entryKey } from './lanes';
import type { Tries } from './tries';

const TRIES_KEPT_SECONDS = 86_400;

interface SettlerState {
  /** Entries whose failed tries Redis counts. */
  tried: Set<string>;
  /** Finished, but not acknowledged yet. */
  unacknowledged: readonly Entry[];
  /** The entry that is being handled alone. */
  started?: Entry | undefined;
}

/** Records what became of a group's entries: acknowledged, failed once more, or moved to the dead letters. */
export function createSettler(redis: Redis, letters: LetterStore) {
  const { group } = letters;
  const state: SettlerState = { tried: new Set(), unacknowledged: [] };

  /** Acknowledges entries, and those that an earlier call could not. What came from a replay stream is deleted there. */
  async function acknowledge(entries: readonly Entry[]): Promise<void> {
    defer(entries);
    const all = state.unacknowledged;
    if (all.length === 0) return;
    const pipeline = redis.pipeline();
    for (const [stream, list] of byStream(all)) {
      const ids = list.map((entry) => entry.id);
      pipeline.xack(stream, group, ...ids);
      if (list[0]?.origin !== stream) pipeline.xdel(stream, ...ids);
      const counted = list.filter((entry) => state.tried.has(entryKey(entry))).map((entry) => entry.id);
      if (counted.length > 0)
        pipeline.hdel(triesKey(stream, group), ...counted.flatMap((id) => [id, `${id}:since`]));
    }
    await execute(pipeline);
    state.unacknowledged = [];
    for (const entry of all) state.tried.delete(entryKey(entry));
  }

  /** The next `acknowledge` includes these entries. */
  function defer(entries: readonly Entry[]): void {
    if (entries.length > 0) state.unacknowledged = [...state.unacknowledged, ...entries];
  }

  /**
   * Writes an entry to the dead letters of the database, then acknowledges it. When the process ends in between, the entry
   * is read again, and the inbox has its event already.
   */
  async function deadLetter(entry: Entry, cause: DeadLetterCause): ReturnType<LetterStore['add']> {
    const added = await letters.add(toLetter(group, entry, cause));
    const transaction = redis.multi();
    transaction.xack(entry.stream, group, entry.id);
    if (entry.origin !== entry.stream) transaction.xdel(entry.stream, entry.id);
    transaction.hdel(triesKey(entry.stream, group), entry.id, `${entry.id}:since`, `${entry.id}:starts`);
    await execute(transaction);
    state.tried.delete(entryKey(entry));
    return added;
  }

  /** Writes the count of failed tries to Redis, where it outlives a restart. */
  async function recordTries(entry: Entry, tries: Tries): Promise<void> {
    state.tried.add(entryKey(entry));
    const key = triesKey(entry.stream, group);
    const since = tries.since === undefined ? [] : [`${entry.id}:since`, String(toWallClock(tries.since))];
    await execute(
      redis
        .pipeline()
        .hset(key, entry.id, String(tries.count), ...since)
        .expire(key, TRIES_KEPT_SECONDS),
    );
  }

  /** Counts that an entry is about to be handled alone, and answers how many such starts have not ended. */
  async function recordStart(entry: Entry): Promise<number> {
    const key = triesKey(entry.stream, group);
    state.started = entry;
    const replies = await redis
      .pipeline()
      .hincrby(key, `${entry.id}:starts`, 1)
      .expire(key, TRIES_KEPT_SECONDS)
      .exec();
    const [error, starts] = replies?.[0] ?? [new Error('Redis gave no reply')];
    if (error) throw error;
    return Number(starts);
  }

  /** Deletes the count of starts: the entry did not end the process, or the process waits for a store. */
  async function forgetStart(): Promise<void> {
    const entry = state.started;
    state.started = undefined;
    if (entry) await redis.hdel(triesKey(entry.stream, group), `${entry.id}:starts`);
  }

  /** The tries that earlier processes of this group made of these entries. */
  async function triesOf(entries: readonly Entry[]): Promise<Map<string, Tries>> {
    const known = new Map<string, Tries>();
    for (const [stream, list] of byStream(entries)) {
      const hash = await redis.hgetall(triesKey(stream, group));
      for (const entry of list) {
        const count = hash[entry.id];
        const since = hash[`${entry.id}:since`];
        if (count === undefined) continue;
        state.tried.add(entryKey(entry));
        known.set(entryKey(entry), {
          count: Number(count),
          ...(since === undefined ? {} : { since: fromWallClock(Number(since)) }),
        });
      }
    }
    return known;
  }

  return {
    acknowledge,
    defer,
    hasUnacknowledged: () => state.unacknowledged.length > 0,
    deadLetter,
    recordTries,
    recordStart,
    forgetStart,
    triesOf,
  };
}
export type Settler = ReturnType<typeof createSettler>;

/** Another process has another monotonic clock, so Redis gets the time of the wall clock. */
const toWallClock = (at: number): number => Math.round(Date.now() - (performance.now() - at));
/** A wall clock that was set back in between would give a time in the future: then the time is now. */
const fromWallClock = (at: number): number => performance.now() - Math.max(0, Date.now() - at);

function byStream(entries: readonly Entry[]): Map<string, Entry[]> {
  const streams = new Map<string, Entry[]>();
  for (const entry of entries) {
    const list = streams.get(entry.stream);
    if (list) list.push(entry);
    else streams.set(entry.stream, [entry]);
  }
  return streams;
}

/** Runs a pipeline or a transaction and throws its first error. */
async function execute(batch: ReturnType<Redis['pipeline']>): Promise<void> {
  const replies = await batch.exec();
  if (!replies) throw new Error('Redis dropped a transaction');
  for (const [error] of replies) if (error) throw error;
}
