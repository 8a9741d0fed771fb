import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import { Redis } from 'ioredis';
import { sharedStores } from './stores';
import { waitFor } from './wait-for';

/** A Redis server of one test, which may fill it, stop it or change its settings. */
export interface OwnRedis {
  url: string;
  /** A client of the test. */
  client: Redis;
  stop(): Promise<void>;
}

/** Starts a Redis server that keeps nothing on disk. `settings` are added to its command line. */
export async function startOwnRedis(...settings: readonly string[]): Promise<OwnRedis> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(await redisServer(), [...args, ...settings], { cwd: os.tmpdir(), stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url);
  client.on('error', () => undefined);
  await waitFor(async () => (await client.ping()) === 'PONG', { what: 'the Redis of this test' });
  return {
    url,
    client,
    stop: async () => {
      client.disconnect();
      if (server.exitCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

/** The program of the Redis that jest started. */
async function redisServer(): Promise<string> {
  const shared = new Redis(sharedStores().redisUrl);
  try {
    const program = /^executable:([^\r]+)/m.exec(await shared.info('server'))?.[1];
    if (program === undefined) throw new Error('Redis does not name its program');
    return program;
  } finally {
    shared.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
