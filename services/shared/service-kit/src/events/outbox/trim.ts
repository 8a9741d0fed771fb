import type { Redis } from 'ioredis';
import { requiredGroups } from '@bramble/contracts/events';
import type { Logger } from '../../observe/logger';
import { isNearlyFull } from '../../stores/redis-memory';

/** Entries of a stream without any group are kept this long. */
const UNREAD_MS = 600_000;
/** When Redis is nearly full, a group that has not read for so long is dropped. */
const ABANDONED_MS = 86_400_000;

/**
 * KEYS[1] the stream, KEYS[2] the hash of groups that were dropped when memory ran out; ARGV[1] now in ms, ARGV[2] the age
 * in ms at which a group counts as abandoned (0: never), ARGV[3] how long streams without a group are kept, then the
 * required groups. Trims below the first entry that some group has not read and acknowledged. One script, so that no group
 * can appear or be set back between the check and the trim. Answers the names of the groups that it dropped.
 */
const script = `
local dropped = {}
if redis.call('EXISTS', KEYS[1]) == 0 then return dropped end
local now, abandoned = tonumber(ARGV[1]), tonumber(ARGV[2])
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function below(a, b)
  local am, as = parts(a)
  local bm, bs = parts(b)
  return am < bm or (am == bm and as < bs)
end
local droppedNow = {}
local function drop(group)
  dropped[#dropped + 1] = group
  droppedNow[group] = true
  redis.call('XGROUP', 'DESTROY', KEYS[1], group)
  -- A Redis that is full refuses this; then the group is found missing, and dropped, again.
  redis.pcall('HSET', KEYS[2], group, ARGV[1])
end
local keep = nil
local seen = {}
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local info = {}
  for i = 1, #group, 2 do info[group[i]] = group[i + 1] end
  local first = info['last-delivered-id']
  local unread = redis.call('XRANGE', KEYS[1], '(' .. first, '+', 'COUNT', 1)[1]
  local oldest = unread and unread[1]
  if info['pending'] > 0 then
    first = redis.call('XPENDING', KEYS[1], info['name'])[2]
    oldest = first
  end
  seen[info['name']] = true
  redis.call('HDEL', KEYS[2], info['name'])
  if abandoned > 0 and oldest and now - parts(oldest) > abandoned then
    drop(info['name'])
  elseif not keep or below(first, keep) then
    keep = first
  end
end
for i = 4, #ARGV do
  if not seen[ARGV[i]] and not droppedNow[ARGV[i]] and redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
    if abandoned > 0 and oldest and now - parts(oldest[1]) > abandoned then
      drop(ARGV[i])
    else
      return dropped
    end
  end
end
if not keep then keep = string.format('%.0f-0', now - tonumber(ARGV[3])) end
redis.call('XTRIM', KEYS[1], 'MINID', '=', keep)
return dropped`;

/**
 * Trims a stream by its slowest group; a required group that does not exist yet blocks it. Groups that have not read for
 * `abandonedMs` are dropped instead (0: never). Returns the names of those.
 */
export async function trimStream(
  redis: Redis,
  stream: string,
  { abandonedMs, now = Date.now() }: { abandonedMs: number; now?: number },
): Promise<string[]> {
  const required = stream in requiredGroups ? requiredGroups[stream as keyof typeof requiredGroups] : [];
  const dropped = await redis.eval(
    script,
    2,
    stream,
    `${stream}:dropped`,
    now,
    abandonedMs,
    UNREAD_MS,
    ...required,
  );
  return dropped as string[];
}

/** Trims streams; when Redis is nearly full, a group that has not read for a day is dropped, and the log says so. */
export async function trimStreams(log: Logger, redis: Redis, streams: readonly string[]): Promise<void> {
  const abandonedMs = (await isNearlyFull(redis)) ? ABANDONED_MS : 0;
  for (const stream of streams)
    for (const group of await trimStream(redis, stream, { abandonedMs }))
      log.error({ stream, group }, 'Redis is nearly full: dropped a group that has not read for a day');
}
