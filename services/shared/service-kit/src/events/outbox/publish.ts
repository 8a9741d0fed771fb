import type { Redis } from 'ioredis';
import type { OutboxRow } from './outbox-store';

/**
 * KEYS[1] the stream, KEYS[2] the highest fence seen; ARGV[1] the highest id recorded for the stream, ARGV[2] the fence of
 * the caller; then eight fields per event. A lower fence is that of a former leader, which was paused before this call. Its
 * ARGV[1] may be too old to show a loss, and what it adds would hide the loss from its successor. Redis lost entries when the
 * stream's last-generated-id is below ARGV[1]. The check stands before the XADDs in the same script because a stream that
 * starts anew gets ids by the clock, higher than all recorded ones, which would hide the loss.
 */
const script = `
local fence = tonumber(redis.call('GET', KEYS[2]) or '0')
if tonumber(ARGV[2]) < fence then return {'fenced', string.format('%.0f', fence)} end
if tonumber(ARGV[2]) > fence then redis.call('SET', KEYS[2], ARGV[2]) end
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local lastMs, lastSeq = parts(last)
local wantMs, wantSeq = parts(ARGV[1])
if lastMs < wantMs or (lastMs == wantMs and lastSeq < wantSeq) then return {'lost', last} end
local reply = {'ok'}
for i = 3, #ARGV, 8 do
  reply[#reply + 1] = redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'type', ARGV[i + 1], 'version', ARGV[i + 2],
    'occurredAt', ARGV[i + 3], 'key', ARGV[i + 4], 'correlationId', ARGV[i + 5], 'traceparent', ARGV[i + 6],
    'payload', ARGV[i + 7])
end
return reply`;

/** Rows for one stream, with the highest entry id recorded for it so far (`0-0` when none). */
export interface StreamBatch {
  stream: string;
  highest: string;
  rows: readonly OutboxRow[];
}

/** `ids` of the entries added, in the rows' order; or `lost`: nothing was added, and the stream ends at that id. */
export type Published = { ids: string[] } | { lost: string };

/** A leader with a higher fence has published to the stream. */
export class FencedOff extends Error {
  override readonly name = 'FencedOff';

  constructor(
    readonly stream: string,
    message: string,
  ) {
    super(message);
  }
}

/** The highest fence that published to a stream. */
export const fenceKey = (stream: string): string => `${stream}:fence`;

/**
 * Sets the fence in Redis to `fence` although Redis saw a higher one. For a leader that has checked that it still holds the
 * lease, as after a restore into another server, where fences begin anew.
 */
export async function imposeFence(redis: Redis, streams: readonly string[], fence: number): Promise<void> {
  for (const stream of streams) await redis.set(fenceKey(stream), fence);
}

const fields = (row: OutboxRow): string[] => [
  row.id,
  row.type,
  String(row.version),
  row.occurredAt,
  row.key,
  row.correlationId,
  row.traceparent,
  row.payload,
];

/**
 * Publishes each batch atomically, all of them in one pipeline; a batch without rows only checks for loss. Throws when
 * Redis is away: then it is not known whether rows were published, and they stay unsent. Throws FencedOff when `fence` is
 * lower than one that Redis has seen.
 */
export async function publish(
  redis: Redis,
  batches: readonly StreamBatch[],
  fence: number,
): Promise<Published[]> {
  const pipeline = redis.pipeline();
  for (const { stream, highest, rows } of batches)
    pipeline.eval(script, 2, stream, fenceKey(stream), highest, fence, ...rows.flatMap(fields));
  const replies = (await pipeline.exec()) ?? [];
  return batches.map(({ stream }, i) => {
    const [error, reply] = replies[i] ?? [new Error('Redis gave no reply')];
    if (error) throw error;
    const [verdict, ...ids] = reply as string[];
    if (verdict === 'fenced')
      throw new FencedOff(stream, `a leader with fence ${ids[0]} came after fence ${fence}`);
    return verdict === 'ok' ? { ids } : { lost: ids[0] ?? '0-0' };
  });
}
