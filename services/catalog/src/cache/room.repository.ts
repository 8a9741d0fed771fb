import type { Redis } from '@bramble/service-kit/stores/redis';

/** What a Redis server says of itself; `maxBytes` is 0 without a limit. */
export interface RedisServer {
  runId: string | undefined;
  usedBytes: number;
  maxBytes: number;
  evicts: boolean;
}

export async function readRedisServer(redis: Redis): Promise<RedisServer> {
  const [server, memory] = await Promise.all([redis.info('server'), redis.info('memory')]);
  const read = (text: string, name: string) =>
    text
      .split('\r\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1);
  return {
    runId: read(server, 'run_id'),
    usedBytes: Number(read(memory, 'used_memory') ?? 0),
    maxBytes: Number(read(memory, 'maxmemory') ?? 0),
    evicts: (read(memory, 'maxmemory_policy') ?? 'noeviction') !== 'noeviction',
  };
}
