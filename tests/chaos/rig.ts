import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { gatewayApi } from '@bramble/contracts/gateway';
import { waitFor } from '@bramble/test-kit/wait-for';
import { prepareDatabases } from '../../scripts/start/databases';
import { builtGateway, serviceEnvironments } from '../../scripts/start/environment';
import { readSettings } from '../../scripts/start/settings';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { keptSecret, openStores, type Stores } from '../../scripts/stores/open-stores';
import { freePort } from '../../scripts/stores/ports';
import { supervise, type Supervised } from '../../scripts/stores/supervise';
import { root, serviceNames } from '../../scripts/workspace';
import { createShopClient } from '../helpers/shop-client';
import type { Eyes } from './invariants';
import { type Proxy, startToxiproxy } from './toxiproxy';

export interface Rig {
  url: string;
  eyes: Eyes;
  proxies: Proxy[];
  /** Where this shop keeps its data and logs. */
  dataDir: string;
  killService(name: string): Promise<void>;
  /** SIGSTOP; answers what resumes it. */
  stopService(name: string): () => void;
  killRedisAndCutItsLog(): Promise<void>;
  emptyRedis(): Promise<void>;
  restartStore(name: 'postgres' | 'mongodb'): Promise<void>;
  /** Makes a share of all inbox claims fail in the stores themselves; answers what ends it. */
  throwInHandlers(share: number): Promise<() => Promise<void>>;
  /** How many claims `throwInHandlers` has refused in PostgreSQL so far. */
  thrownInHandlers(): Promise<number>;
  /** Publishes every event of the run once more, as after a lost broker. */
  publishEverythingAgain(): Promise<void>;
  /** Ends everything; the data is removed unless it is to be kept. */
  stop(options: { keepData: boolean }): Promise<void>;
}

const portOf = (url: string) => Number(new URL(url).port);
const withPort = (url: string, port: number) => {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.toString();
};

/** Sizes of the append-only file over the last seconds, so that its last 2 s can be cut off. */
function watchLog(dataDir: string) {
  const folder = path.join(dataDir, 'redis');
  const file = () => {
    const sub = readdirSync(folder).includes('appendonlydir') ? path.join(folder, 'appendonlydir') : folder;
    const name = readdirSync(sub).find((each) => each.endsWith('.incr.aof')) ?? 'appendonly.aof';
    return path.join(sub, name);
  };
  let sizes: { at: number; size: number }[] = [];
  const timer = setInterval(() => {
    try {
      sizes = [
        ...sizes.filter(({ at }) => at > Date.now() - 5_000),
        { at: Date.now(), size: statSync(file()).size },
      ];
    } catch {
      sizes = [];
    }
  }, 200);
  return {
    cutLast: (ms: number) => {
      const then = sizes.filter(({ at }) => at <= Date.now() - ms).at(-1);
      if (then && then.size < statSync(file()).size) truncateSync(file(), then.size);
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * Refuses a claim by the millisecond in which it is made: a validator cannot call a random function, and a retry comes in
 * another millisecond.
 */
const failingShare = (share: number) => ({
  $expr: { $gte: [{ $mod: [{ $toLong: '$receivedAt' }, 100] }, share * 100] },
});

/** Starts stores, a proxy before each, and every service as a process that is started again when it dies. */
export async function startRig(log: (line: string) => void): Promise<Rig> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bramble-chaos-'));
  const stores = await openStores({ dataDir, cacheDir: defaultCacheDir(), ephemeral: false, log });
  const toxiproxy = await startToxiproxy();
  const proxied = {
    postgres: await toxiproxy.proxy('postgres', portOf(stores.postgresUrl)),
    mongodb: await toxiproxy.proxy('mongodb', portOf(stores.mongodbUrl)),
    redis: await toxiproxy.proxy('redis', portOf(stores.redisUrl)),
    cache: await toxiproxy.proxy('redis-cache', portOf(stores.redisCacheUrl)),
  };
  const throughProxies: Stores = {
    ...stores,
    mongodbUrl: withPort(stores.mongodbUrl, proxied.mongodb.port),
    redisUrl: withPort(stores.redisUrl, proxied.redis.port),
    redisCacheUrl: withPort(stores.redisCacheUrl, proxied.cache.port),
  };
  const direct = await prepareDatabases({
    adminUrl: stores.postgresUrl,
    own: true,
    secret: keptSecret(dataDir, 'stores'),
    log,
  });
  const databases = Object.fromEntries(
    Object.entries(direct).map(([name, url]) => [name, withPort(url, proxied.postgres.port)]),
  );
  const readyFile = path.join(dataDir, 'ready');
  writeFileSync(readyFile, '');
  Object.assign(process.env, {
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    RATE_LIMIT_FACTOR: '1000000',
    RESERVATION_TTL_SECONDS: '20',
    DELIVERY_STEP_SECONDS: '1',
    LOG_LEVEL: 'warn',
  });
  const settings = readSettings(process.env);
  const environments = await serviceEnvironments({
    settings,
    stores: throughProxies,
    databases,
    services: serviceNames().filter((name) => name !== 'simulator'),
    internalTokenKey: keptSecret(dataDir, 'internal'),
    readyFile,
    gateway: builtGateway(settings),
  });

  const services = new Map<string, Supervised>();
  for (const { name, env } of environments) {
    services.set(
      name,
      supervise({
        name,
        command: process.execPath,
        args: ['--enable-source-maps', path.join(root, 'dist', name, 'main.mjs')],
        options: { cwd: root, env },
        runDir: path.join(dataDir, 'run'),
        logDir: path.join(dataDir, 'logs'),
        stopSignal: 'SIGTERM',
        stopGraceMs: 15_000,
        log,
      }),
    );
  }
  const url = `http://127.0.0.1:${settings.port}`;
  await waitFor(() => createShopClient(url).call(gatewayApi.health), {
    what: 'a healthy shop',
    timeout: 120_000,
  });

  const mongo = await new MongoClient(stores.mongodbUrl).connect();
  const pool = (name: string) => {
    const own = new URL(stores.postgresUrl);
    own.pathname = `/${name}`;
    return new pg.Pool({ connectionString: own.toString(), max: 2 }).on('error', () => undefined);
  };
  const redis = new Redis(stores.redisUrl, { maxRetriesPerRequest: 20 }).on('error', () => undefined);
  const eyes: Eyes = {
    orders: pool('orders'),
    payments: pool('payments'),
    mongo,
    catalog: mongo.db('catalog'),
    delivery: mongo.db('delivery'),
    redis,
  };
  const aof = watchLog(dataDir);
  const store = (name: string) => stores.processes.find((process) => process.name === name);
  const pidOf = (supervised: Supervised | undefined, name: string) => {
    const pid = supervised?.pid();
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  };
  const running = (supervised: Supervised | undefined) =>
    waitFor(() => supervised?.pid() !== undefined, { what: 'a restart', timeout: 15_000 });

  return {
    url,
    eyes,
    proxies: Object.values(proxied),
    dataDir,
    async killService(name) {
      await running(services.get(name));
      process.kill(pidOf(services.get(name), name), 'SIGKILL');
    },
    stopService(name) {
      const pid = pidOf(services.get(name), name);
      process.kill(pid, 'SIGSTOP');
      return () => void process.kill(pid, 'SIGCONT');
    },
    async killRedisAndCutItsLog() {
      process.kill(pidOf(store('redis'), 'redis'), 'SIGKILL');
      aof.cutLast(2_000);
      await waitFor(async () => (await redis.ping()) === 'PONG', { what: 'Redis', timeout: 20_000 });
    },
    emptyRedis: async () => void (await redis.flushall()),
    async restartStore(name) {
      process.kill(pidOf(store(name), name), name === 'postgres' ? 'SIGINT' : 'SIGKILL');
      await waitFor(
        async () =>
          name === 'postgres'
            ? (await eyes.orders.query('SELECT 1')).rowCount === 1
            : (await mongo.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true,
        { what: name, timeout: 60_000 },
      );
    },
    async throwInHandlers(share) {
      const trigger = (on: boolean) =>
        Promise.all(
          [eyes.orders, eyes.payments].map((each) =>
            each.query(
              on
                ? // A sequence counts on although its transaction is rolled back; the function runs as its owner to reach it.
                  `CREATE SEQUENCE IF NOT EXISTS chaos_thrown;
                   CREATE OR REPLACE FUNCTION chaos_throw() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN IF random() < ${share} THEN PERFORM nextval('public.chaos_thrown'); RAISE EXCEPTION 'chaos'; END IF; RETURN NEW; END $$;
                   CREATE OR REPLACE TRIGGER chaos_throw BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION chaos_throw();`
                : 'DROP TRIGGER IF EXISTS chaos_throw ON inbox',
            ),
          ),
        );
      const validator = (rule: object) =>
        Promise.all(
          [eyes.catalog, eyes.delivery].map((db) => db.command({ collMod: 'inbox', validator: rule })),
        );
      await Promise.all([trigger(true), validator(failingShare(share))]);
      return async () => void (await Promise.all([trigger(false), validator({})]));
    },
    async thrownInHandlers() {
      let sum = 0;
      for (const pool of [eyes.orders, eyes.payments]) {
        if ((await pool.query(`SELECT to_regclass('public.chaos_thrown') AS made`)).rows[0]?.made === null)
          continue;
        const { rows } = await pool.query<{ n: string }>(
          'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM chaos_thrown',
        );
        sum += Number(rows[0]?.n ?? 0);
      }
      return sum;
    },
    async publishEverythingAgain() {
      const again = 'UPDATE outbox SET sent_at = NULL, stream_id = NULL';
      await Promise.all([eyes.orders.query(again), eyes.payments.query(again)]);
      await Promise.all(
        [eyes.catalog, eyes.delivery].map((db) =>
          db
            .collection('outbox')
            .updateMany(
              {},
              { $set: { unsent: true }, $unset: { sentAt: true, streamMs: true, streamSeq: true } },
            ),
        ),
      );
    },
    async stop({ keepData }) {
      aof.stop();
      await Promise.all([...services.values()].map((service) => service.stop()));
      redis.disconnect();
      await Promise.all([eyes.orders.end(), eyes.payments.end(), mongo.close()]);
      toxiproxy.stop();
      await stores.stop();
      if (!keepData) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
