import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lockData } from './data-lock';
import { startMongodb } from './mongodb';
import { startPostgres } from './postgres';
import { endByPidFile } from './process-id';
import { findRedis, startRedis } from './redis';
import type { MongodbOptions, RunningStore, StoreContext } from './store-context';
import type { Supervised } from './supervise';
import type { Log } from './types';

export interface StoreOptions {
  /** Everything the stores keep lies here; it is made when missing. */
  dataDir: string;
  cacheDir: string;
  /** For tests: no durability, one Redis for both roles. */
  ephemeral: boolean;
  mongodb?: MongodbOptions;
  log: Log;
  /** Called with each server as soon as its process is started. */
  track?: (process: Supervised) => void;
  /** Servers that run already: each of them is used, and none is started in its place. */
  given?: {
    postgresUrl?: string | undefined;
    mongodbUrl?: string | undefined;
    redisUrl?: string | undefined;
  };
}

/** URLs with the administrator's rights, and the processes behind them. */
export interface Stores {
  postgresUrl: string;
  mongodbUrl: string;
  /** Events and sessions: durable, never evicts. */
  redisUrl: string;
  /** Cache and limits; the same server as `redisUrl` when that was given, or in tests. */
  redisCacheUrl: string;
  processes: Supervised[];
  /** Stops the stores and releases the lock of the data folder. */
  stop(): Promise<void>;
  /** Kills all stores at once; they recover their data at the next start. */
  kill(): void;
}

const STORES = ['postgres', 'mongodb', 'redis', 'redis-cache'];

/**
 * Starts PostgreSQL, MongoDB (rs0) and Redis on free ports of 127.0.0.1. What an earlier run left alive on the
 * same data is ended first. Throws one sentence when a server cannot be found or does not start.
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { dataDir, log, given = {} } = options;
  const runDir = path.join(dataDir, 'run');
  const logDir = path.join(dataDir, 'logs');
  for (const dir of [runDir, logDir]) mkdirSync(dir, { recursive: true });
  mkdirSync(options.cacheDir, { recursive: true });
  const unlock = lockData(dataDir, runDir);
  const running: Supervised[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((store) => store.stop()));
    unlock();
  };
  try {
    await endLeftovers(runDir, log);
    const context: StoreContext = {
      ...options,
      runDir,
      logDir,
      password: keptSecret(dataDir, 'stores'),
      track: options.track,
    };
    const started = async (store: Promise<RunningStore>): Promise<string> => {
      const { url, processes } = await store;
      running.push(...processes);
      return url;
    };
    const redis = async (): Promise<{ events: string; cache: string }> => {
      if (given.redisUrl) return { events: given.redisUrl, cache: given.redisUrl };
      const server = await findRedis(context);
      const events = await started(startRedis(context, server, 'events'));
      if (options.ephemeral) return { events, cache: events };
      return { events, cache: await started(startRedis(context, server, 'cache')) };
    };
    // All are awaited even when one fails, so that none is left running behind the error.
    const [postgres, mongodb, redises] = await Promise.allSettled([
      given.postgresUrl ?? started(startPostgres(context)),
      given.mongodbUrl ?? started(startMongodb(context)),
      redis(),
    ]);
    if (postgres.status === 'rejected') throw postgres.reason;
    if (mongodb.status === 'rejected') throw mongodb.reason;
    if (redises.status === 'rejected') throw redises.reason;
    return {
      postgresUrl: postgres.value,
      mongodbUrl: mongodb.value,
      redisUrl: redises.value.events,
      redisCacheUrl: redises.value.cache,
      processes: running,
      stop,
      kill: () => {
        for (const store of running) store.kill();
        unlock();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends services first, then stores, that a killed start left behind. */
async function endLeftovers(runDir: string, log: Log): Promise<void> {
  const names = readdirSync(runDir)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'));
  const endAll = (these: string[], signal: NodeJS.Signals): Promise<unknown> =>
    Promise.all(
      these.map(async (name) => {
        const ended = await endByPidFile(path.join(runDir, `${name}.json`), signal, 15_000);
        if (ended) log(`ended ${name}, left by an earlier run`);
      }),
    );
  await endAll(
    names.filter((name) => !STORES.includes(name)),
    'SIGTERM',
  );
  await endAll(
    names.filter((name) => STORES.includes(name)),
    'SIGINT',
  );
}

/** A random secret that is made once and kept in the data folder, readable by its owner only. */
export function keptSecret(dataDir: string, name: string): string {
  const file = path.join(dataDir, `${name}.secret`);
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
