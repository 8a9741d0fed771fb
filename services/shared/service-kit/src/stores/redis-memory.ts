import type { Redis } from './redis';

/** Above this share of its limit, Redis counts as nearly full. */
const NEARLY_FULL = 0.8;

/** The memory of a Redis server in bytes; `maxBytes` is 0 without a limit. */
export interface RedisMemory {
  usedBytes: number;
  maxBytes: number;
  /** True when it evicts keys instead of refusing writes. */
  evicts: boolean;
}

/** The fields of one section of Redis' INFO. */
export async function readInfo(redis: Redis, section: 'server' | 'memory'): Promise<Map<string, string>> {
  const lines = (await redis.info(section)).split('\r\n');
  return new Map(lines.map((line) => [line.split(':', 1)[0] ?? '', line.slice(line.indexOf(':') + 1)]));
}

export async function readMemory(redis: Redis): Promise<RedisMemory> {
  const memory = await readInfo(redis, 'memory');
  return {
    usedBytes: Number(memory.get('used_memory') ?? 0),
    maxBytes: Number(memory.get('maxmemory') ?? 0),
    evicts: (memory.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction',
  };
}

/** True when Redis uses more than 80 % of its memory limit. */
export async function isNearlyFull(redis: Redis): Promise<boolean> {
  const { usedBytes, maxBytes } = await readMemory(redis);
  return maxBytes > 0 && usedBytes > NEARLY_FULL * maxBytes;
}
