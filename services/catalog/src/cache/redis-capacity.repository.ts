import type { Redis } from '@bramble/service-kit/stores/redis';
import { readInfo, readMemory, type RedisMemory } from '@bramble/service-kit/stores/redis-memory';

/** The memory of a Redis server, and the id of its run. */
export interface RedisServer extends RedisMemory {
  runId: string | undefined;
}

export async function readRedisServer(redis: Redis): Promise<RedisServer> {
  const [server, memory] = await Promise.all([readInfo(redis, 'server'), readMemory(redis)]);
  return { runId: server.get('run_id'), ...memory };
}
