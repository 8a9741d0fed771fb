import type { Redis } from 'ioredis';
import { type Entry, fieldsOf } from '../entry';
import { deadKey } from '../keys';
import { type DeadLetterCause, toLetter } from './letter';
import type { LetterStore } from './letter-store';

const SCAN = 100;
const reasons = ['schema', 'unknown_type', 'handler'] as const;

function causeIn(fields: Readonly<Record<string, string>>): DeadLetterCause {
  return {
    attempts: Number(fields['attempts'] ?? 0) || 0,
    error: fields['error'] ?? '',
    reason: reasons.find((reason) => reason === fields['reason']) ?? 'handler',
  };
}

function failedAtOf(fields: Readonly<Record<string, string>>, entryId: string): Date {
  const noted = Date.parse(fields['failedAt'] ?? '');
  return new Date(Number.isNaN(noted) ? Number(entryId.split('-')[0]) : noted);
}

/**
 * Moves a group's dead letters from Redis, where earlier versions wrote them and still do during a rollout, to the
 * database; answers how many. A letter is deleted in Redis after it was written.
 */
export async function moveRedisLetters(
  redis: Redis,
  streams: readonly string[],
  letters: LetterStore,
): Promise<number> {
  let moved = 0;
  for (const stream of streams) {
    const key = deadKey(stream);
    for (let start = '-'; ;) {
      const entries = await redis.xrange(key, start, '+', 'COUNT', SCAN);
      for (const [id, flat] of entries) {
        const { group, entryId, ...fields } = fieldsOf(flat);
        if (group !== letters.group) continue;
        const entry: Entry = { stream, origin: stream, id: entryId ?? id, fields };
        await letters.add(toLetter(group, entry, causeIn(fields), failedAtOf(fields, id)));
        moved += await redis.xdel(key, id);
      }
      const last = entries.at(-1);
      if (entries.length < SCAN || !last) break;
      start = `(${last[0]}`;
    }
  }
  return moved;
}
