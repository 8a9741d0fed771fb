import type { Redis } from 'ioredis';
import type { RawEntry } from '../entry';

/** How long an entry stays with the consumer that got it: longer than the slowest batch, so that no other consumer runs it. */
const MIN_IDLE_MS = 30_000;
const CLAIM_COUNT = 128;
/** A consumer without pending entries that has not read for an hour belongs to a pod that is gone. */
const GONE_MS = 3_600_000;

/** Deletes consumers without pending entries. Check and deletion are one step, since XGROUP DELCONSUMER drops pending entries. */
const forgetScript = `
local gone = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local info = {}
  for i = 1, #consumer, 2 do info[consumer[i]] = consumer[i + 1] end
  if info['pending'] == 0 and info['idle'] > tonumber(ARGV[3]) and info['name'] ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], info['name'])
    gone = gone + 1
  end
end
return gone`;

/** Makes the group at the start of each stream, and the stream, where they are missing. */
export async function ensureGroups(redis: Redis, streams: readonly string[], group: string): Promise<void> {
  for (const stream of streams) {
    try {
      await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('BUSYGROUP')) throw error;
    }
  }
}

export interface TakeOverResult {
  entries: RawEntry[];
  /** Pending entries that were gone from the stream, and are no longer pending. */
  lost: number;
  /** Redis 6 does not name such entries: it assigns them to this consumer, whose pending list has to be read. */
  unnamed: boolean;
}

/** Takes over what other consumers left pending for 30 s. Redis scans a part of them per call. */
export async function autoclaim(
  redis: Redis,
  stream: string,
  group: string,
  consumer: string,
): Promise<TakeOverResult> {
  const entries: RawEntry[] = [];
  let lost = 0;
  let unnamed = false;
  let cursor = '0-0';
  do {
    const [next, found, gone] = (await redis.xautoclaim(
      stream,
      group,
      consumer,
      MIN_IDLE_MS,
      cursor,
      'COUNT',
      CLAIM_COUNT,
    )) as [string, (RawEntry | null)[], string[]?];
    for (const entry of found) {
      if (entry?.[1]) entries.push(entry);
      else unnamed = true;
    }
    lost += gone?.length ?? 0;
    cursor = next;
  } while (cursor !== '0-0');
  return { entries, lost, unnamed };
}

/** Resets the idle time of entries that this consumer still holds, so that no other consumer takes them over. */
export async function resetIdleTime(
  redis: Redis,
  stream: string,
  group: string,
  consumer: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await redis.xclaim(stream, group, consumer, 0, ...ids, 'JUSTID');
}

/** Deletes the group's consumers that are gone, except this one. */
export async function forgetGoneConsumers(
  redis: Redis,
  stream: string,
  group: string,
  consumer: string,
): Promise<void> {
  await redis.eval(forgetScript, 1, stream, group, consumer, GONE_MS);
}
