import type { Redis } from 'ioredis';
import type { Entry } from './entry';
import { deadKey, triesKey } from './keys';
import { entryKey, type Tries } from './runner';

export type DeadReason = 'schema' | 'unknown_type' | 'handler';
export interface Death {
  attempts: number;
  error: string;
  reason: DeadReason;
}

const MAX_ERROR = 2_000;

/** Runs a pipeline or a transaction and throws its first error. */
async function execute(batch: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const replies = await batch.exec();
  if (!replies) throw new Error('Redis dropped a transaction');
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}

/** What a group writes to Redis about entries it has dealt with. */
export function createSettler(redis: Redis, group: string) {
  /** Entries whose tries Redis counts. */
  const tried = new Set<string>();
  const byStream = (entries: readonly Entry[]) => {
    const streams = new Map<string, Entry[]>();
    for (const entry of entries) {
      const list = streams.get(entry.stream);
      if (list) list.push(entry);
      else streams.set(entry.stream, [entry]);
    }
    return streams;
  };

  return {
    /** Acknowledges entries; what came through a replay stream is deleted from it too. */
    async acknowledge(entries: readonly Entry[]): Promise<void> {
      if (entries.length === 0) return;
      const pipeline = redis.pipeline();
      for (const [stream, list] of byStream(entries)) {
        const ids = list.map((entry) => entry.id);
        pipeline.xack(stream, group, ...ids);
        if (list[0]?.origin !== stream) pipeline.xdel(stream, ...ids);
        const counted = list.filter((entry) => tried.has(entryKey(entry))).map((entry) => entry.id);
        if (counted.length > 0)
          pipeline.hdel(triesKey(stream, group), ...counted.flatMap((id) => [id, `${id}:since`]));
      }
      await execute(pipeline);
      if (tried.size > 0) for (const entry of entries) tried.delete(entryKey(entry));
    },

    /** Moves an entry to the dead letters, in one transaction with its acknowledgement. */
    async bury(entry: Entry, { attempts, error, reason }: Death): Promise<void> {
      const letter = {
        ...entry.fields,
        group,
        entryId: entry.id,
        attempts: String(attempts),
        error: error.slice(0, MAX_ERROR),
        reason,
        failedAt: new Date().toISOString(),
      };
      const transaction = redis.multi();
      transaction.xadd(deadKey(entry.origin), '*', ...Object.entries(letter).flat());
      transaction.xack(entry.stream, group, entry.id);
      if (entry.origin !== entry.stream) transaction.xdel(entry.stream, entry.id);
      transaction.hdel(triesKey(entry.stream, group), entry.id, `${entry.id}:since`);
      await execute(transaction);
      tried.delete(entryKey(entry));
    },

    /** Keeps the count of failed tries where a restart finds it. */
    async recordTries(entry: Entry, tries: Tries): Promise<void> {
      tried.add(entryKey(entry));
      const key = triesKey(entry.stream, group);
      const since = tries.since === undefined ? [] : [`${entry.id}:since`, String(tries.since)];
      await execute(
        redis
          .pipeline()
          .hset(key, entry.id, String(tries.count), ...since)
          .expire(key, 86_400),
      );
    },

    /** The tries that earlier runs of this group made of these entries. */
    async triesOf(entries: readonly Entry[]): Promise<Map<string, Tries>> {
      const known = new Map<string, Tries>();
      for (const [stream, list] of byStream(entries)) {
        const hash = await redis.hgetall(triesKey(stream, group));
        for (const entry of list) {
          const count = hash[entry.id];
          const since = hash[`${entry.id}:since`];
          if (count === undefined) continue;
          tried.add(entryKey(entry));
          known.set(entryKey(entry), {
            count: Number(count),
            ...(since === undefined ? {} : { since: Number(since) }),
          });
        }
      }
      return known;
    },
  };
}
export type Settler = ReturnType<typeof createSettler>;
