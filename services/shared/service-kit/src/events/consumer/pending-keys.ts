import type { Redis } from 'ioredis';
import { type EventEntry, fieldsOf, type RawEntry } from '../entry';
import { compareStreamIds } from '../stream-id';

const PAGE = 128;
/** For how long a list of pending entries is used again, so that many events that wait do not each read it. */
const LIST_MS = 5_000;

/** The first pending entry of each key, as read at a moment of the monotonic clock. */
interface PendingList {
  at: number;
  firstOf: ReadonlyMap<string, string>;
}

/** Knows for which keys a group has pending entries, in this process or in another one. */
export function createPendingKeys(redis: Redis, group: string) {
  const lists = new Map<string, PendingList>();

  async function read(stream: string): Promise<PendingList> {
    const at = performance.now();
    const firstOf = new Map<string, string>();
    let from = '-';
    let count: number;
    do {
      const page = (await redis.xpending(stream, group, from, '+', PAGE)) as [id: string, ...unknown[]][];
      const ids = page.map(([id]) => id);
      for (const [error, found] of (await pipelineOf(stream, ids).exec()) ?? []) {
        if (error) throw error;
        for (const [id, flat] of found as RawEntry[]) {
          const key = fieldsOf(flat ?? [])['key'] ?? '';
          if (!firstOf.has(key)) firstOf.set(key, id);
        }
      }
      count = ids.length;
      from = `(${ids.at(-1) ?? ''}`;
    } while (count === PAGE);
    return { at, firstOf };
  }

  const pipelineOf = (stream: string, ids: readonly string[]) => {
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.xrange(stream, id, id);
    return pipeline;
  };

  /**
   * True while an entry before this one, of its key, is pending. The answer may be up to five seconds old: then it may
   * still be true, but it is never false too soon, since the group has all earlier entries when it has this one.
   */
  async function hasEarlier({ stream, id, event }: EventEntry): Promise<boolean> {
    let list = lists.get(stream);
    if (!list || performance.now() - list.at > LIST_MS) {
      list = await read(stream);
      lists.set(stream, list);
    }
    const first = list.firstOf.get(event.key);
    return first !== undefined && compareStreamIds(first, id) < 0;
  }

  return { hasEarlier };
}
