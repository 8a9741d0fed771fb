import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { redisSources } from './find-redis';
import { chooseServer } from './find-server';
import { freePort } from './ports';
import type { RunningStore, StoreContext } from './store-context';
import { supervise } from './supervise';
import type { ServerBinary } from './types';
import { until } from './until';
import { readRecord, writeRecord } from './version-record';

const EVENTS = [
  'appendonly yes',
  'appendfsync everysec',
  'maxmemory-policy noeviction',
  'no-appendfsync-on-rewrite yes',
];
const CACHE = ['appendonly no', 'maxmemory 128mb', 'maxmemory-policy allkeys-lru'];
const EPHEMERAL = ['appendonly no', 'maxmemory-policy noeviction', 'databases 512'];

/** Finds the one server that both roles use. */
export async function findRedis(context: StoreContext): Promise<ServerBinary> {
  const { dataDir, log } = context;
  const { major } = readRecord(dataDir, 'redis');
  const server = await chooseServer('Redis', redisSources(context.cacheDir, log), major, dataDir, log);
  log(`Redis ${server.version} from ${server.origin}`);
  return server;
}

/** Starts one Redis: `events` keeps its data in `<dataDir>/redis`, `cache` keeps nothing. */
export async function startRedis(
  context: StoreContext,
  server: ServerBinary,
  role: 'events' | 'cache',
): Promise<RunningStore> {
  const { dataDir, password } = context;
  const name = role === 'events' ? 'redis' : 'redis-cache';
  const folder = path.join(dataDir, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await freePort(readRecord(dataDir, name).port);
  const settings = context.ephemeral ? EPHEMERAL : role === 'events' ? EVENTS : CACHE;
  // In a file rather than in the arguments, where everybody on the machine could read the password.
  const file = path.join(folder, 'redis.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    'save ""',
    'daemonize no',
    `requirepass ${password}`,
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const running = supervise({
    ...context,
    name,
    command: server.path,
    args: [file],
    options: { cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } },
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
  });
  context.track?.(running);
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    await until(
      running,
      async () => {
        if (client.status !== 'ready') await client.connect();
        await client.ping();
      },
      60_000,
    );
  } catch (error) {
    await running.stop();
    throw error;
  } finally {
    client.disconnect();
  }
  writeRecord(dataDir, name, server, port);
  return { url, processes: [running] };
}
