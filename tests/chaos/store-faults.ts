import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { Stores } from '../../scripts/stores/open-stores';
import { watchLog } from './broker-log';
import type { Eyes } from './eyes';
import type { SmallDisk } from './small-disk';

const DISK_FULL = '53100';

export interface StoreFaults {
  /** SIGKILL, and the last 2 s of its log are cut off; answers how many bytes that were. */
  killRedisAndCutItsLog(): Promise<number>;
  /** SIGKILL; what it had not written to its log yet, at most a second, is lost. */
  killRedis(): Promise<void>;
  emptyRedis(): Promise<void>;
  /** No memory is left for writes during this time; answers whether Redis refused one. */
  fillRedis(ms: number): Promise<boolean>;
  /** SIGKILL; answers once it is primary again. */
  killMongodb(): Promise<void>;
  /** It stops being the primary for some seconds; answers whether it did. */
  stepDownMongodb(seconds: number): Promise<boolean>;
  /** An orderly fast shutdown. */
  restartPostgres(): Promise<void>;
  /** SIGKILL of the server and of each of its processes, so that it recovers from its log. */
  killPostgres(): Promise<void>;
  /** The disk of orders' and payments' tables is full during this time; answers whether PostgreSQL said so. */
  fillDisk(ms: number): Promise<boolean>;
  /** The sandbox's tables refuse payments during this time; answers how many orders waited for a charge at the end. */
  providerDown(ms: number): Promise<number>;
  stop(): void;
}

/** The processes that this one started. */
function childrenOf(parent: number): number[] {
  const parentOf = (pid: string): number => {
    try {
      // "pid (name) state parent": the name may hold anything.
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[1]);
    } catch {
      return 0;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

export interface StoreFaultsOptions {
  stores: Stores;
  eyes: Eyes;
  dataDir: string;
  smallDisk: SmallDisk;
}

/** What can be done to the stores themselves. Each is started again by its supervisor. */
export function storeFaults({ stores, eyes, dataDir, smallDisk }: StoreFaultsOptions): StoreFaults {
  const log = watchLog(dataDir);
  const pidOf = async (name: string): Promise<number> => {
    const store = stores.processes.find((process) => process.name === name);
    await waitFor(() => store?.pid() !== undefined, { what: `${name} to run`, timeout: 15_000 });
    const pid = store?.pid();
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  };
  const postgresAnswers = () =>
    waitFor(async () => (await eyes.orders.query('SELECT 1')).rowCount === 1, {
      what: 'PostgreSQL',
      timeout: 60_000,
    });
  const isPrimary = async () =>
    (await eyes.mongo.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true;
  const mongodbIsPrimary = () => waitFor(isPrimary, { what: 'a primary MongoDB', timeout: 60_000 });
  const redisAnswers = () =>
    waitFor(async () => (await eyes.redis.ping()) === 'PONG', { what: 'Redis', timeout: 20_000 });
  return {
    async killRedisAndCutItsLog() {
      process.kill(await pidOf('redis'), 'SIGKILL');
      const cut = log.cutLast(2_000);
      await redisAnswers();
      return cut;
    },
    async killRedis() {
      process.kill(await pidOf('redis'), 'SIGKILL');
      await redisAnswers();
    },
    emptyRedis: async () => void (await eyes.redis.flushall()),
    async fillRedis(ms) {
      await eyes.redis.config('SET', 'maxmemory', '1');
      try {
        const refusal = await eyes.redis.set('chaos', 'full').catch((error: unknown) => String(error));
        await pause(ms);
        return refusal.includes('OOM');
      } finally {
        await eyes.redis.config('SET', 'maxmemory', '0');
      }
    },
    async killMongodb() {
      process.kill(await pidOf('mongodb'), 'SIGKILL');
      await mongodbIsPrimary();
    },
    async stepDownMongodb(seconds) {
      await eyes.mongo.db('admin').command({ replSetStepDown: seconds, force: true });
      const steppedDown = !(await isPrimary());
      await mongodbIsPrimary();
      return steppedDown;
    },
    async restartPostgres() {
      process.kill(await pidOf('postgres'), 'SIGINT');
      await postgresAnswers();
    },
    async killPostgres() {
      const server = await pidOf('postgres');
      for (const pid of [server, ...childrenOf(server)])
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself after it was listed.
        }
      await waitFor(async () => (await pidOf('postgres')) !== server, { what: 'a new PostgreSQL' });
      await postgresAnswers();
    },
    async fillDisk(ms) {
      smallDisk.fill();
      try {
        await pause(ms);
        const refusal = await eyes.orders
          .query('CREATE TABLE chaos_full AS SELECT generate_series(1, 100000)')
          .then(() => eyes.orders.query('DROP TABLE chaos_full').then(() => 'none'))
          .catch((error: unknown) => (error as { code?: string }).code);
        return refusal === DISK_FULL;
      } finally {
        smallDisk.free();
      }
    },
    async providerDown(ms) {
      const may = (verb: string) => eyes.payments.query(`${verb} payments`).then(() => undefined);
      const tables = 'SELECT, INSERT, UPDATE ON sandbox_charges, sandbox_refunds';
      await may(`REVOKE ${tables} FROM`);
      try {
        await pause(ms);
        const { rows } = await eyes.orders.query<{ n: string }>(
          `SELECT count(*) AS n FROM orders WHERE status = 'RESERVED' AND capture NOT IN ('declined', 'captured')`,
        );
        return Number(rows[0]?.n ?? 0);
      } finally {
        await may(`GRANT ${tables} TO`);
      }
    },
    stop: () => log.stop(),
  };
}
