import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { Stores } from '../../scripts/stores/open-stores';
import { watchLog } from './broker-log';
import type { Eyes } from './eyes';
import { insist } from './insist';
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

/** Answers the process of a store, waiting for one that is just being started again. */
type PidOf = (name: string) => Promise<number>;

function redisFaults({ dataDir, eyes: { redis } }: StoreFaultsOptions, pidOf: PidOf) {
  const log = watchLog(dataDir);
  const kill = async () => process.kill(await pidOf('redis'), 'SIGKILL');
  const answers = () =>
    waitFor(async () => (await redis.ping()) === 'PONG', { what: 'Redis', timeout: 20_000 });
  return {
    async killRedisAndCutItsLog() {
      await kill();
      const cut = log.cutLast(2_000);
      await answers();
      return cut;
    },
    async killRedis() {
      await kill();
      await answers();
    },
    emptyRedis: async () => void (await redis.flushall()),
    async fillRedis(ms: number) {
      await redis.config('SET', 'maxmemory', '1');
      try {
        const refusal = await redis.set('chaos', 'full').catch((error: unknown) => String(error));
        await pause(ms);
        return refusal.includes('OOM');
      } finally {
        await redis.config('SET', 'maxmemory', '0');
      }
    },
    stop: () => log.stop(),
  };
}

function mongodbFaults({ eyes: { mongo } }: StoreFaultsOptions, pidOf: PidOf) {
  const admin = mongo.db('admin');
  const isPrimary = async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true;
  const becomesPrimary = () => waitFor(isPrimary, { what: 'a primary MongoDB', timeout: 60_000 });
  return {
    async killMongodb() {
      process.kill(await pidOf('mongodb'), 'SIGKILL');
      await becomesPrimary();
    },
    async stepDownMongodb(seconds: number) {
      await admin.command({ replSetStepDown: seconds, force: true });
      const steppedDown = !(await isPrimary());
      await becomesPrimary();
      return steppedDown;
    },
  };
}

function postgresFaults({ eyes: { orders, payments }, smallDisk }: StoreFaultsOptions, pidOf: PidOf) {
  const answers = () =>
    waitFor(async () => (await orders.query('SELECT 1')).rowCount === 1, {
      what: 'PostgreSQL',
      timeout: 60_000,
    });
  return {
    async restartPostgres() {
      process.kill(await pidOf('postgres'), 'SIGINT');
      await answers();
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
      await answers();
    },
    async fillDisk(ms: number) {
      smallDisk.fill();
      try {
        await pause(ms);
        const refusal = await orders
          .query('CREATE TABLE chaos_full AS SELECT generate_series(1, 100000)')
          .then(() => orders.query('DROP TABLE chaos_full').then(() => 'none'))
          .catch((error: unknown) => (error as { code?: string }).code);
        return refusal === DISK_FULL;
      } finally {
        smallDisk.free();
      }
    },
    async providerDown(ms: number) {
      const tables = 'SELECT, INSERT, UPDATE ON sandbox_charges, sandbox_refunds';
      await insist(() => payments.query(`REVOKE ${tables} FROM payments`));
      try {
        await pause(ms);
        const { rows } = await insist(() =>
          orders.query<{ n: string }>(
            `SELECT count(*) AS n FROM orders WHERE status = 'RESERVED' AND capture NOT IN ('declined', 'captured')`,
          ),
        );
        return Number(rows[0]?.n ?? 0);
      } finally {
        await insist(() => payments.query(`GRANT ${tables} TO payments`));
      }
    },
  };
}

/** What can be done to the stores themselves. Each is started again by its supervisor. */
export function storeFaults(options: StoreFaultsOptions): StoreFaults {
  const pidOf: PidOf = async (name) => {
    const store = options.stores.processes.find((process) => process.name === name);
    await waitFor(() => store?.pid() !== undefined, { what: `${name} to run`, timeout: 15_000 });
    const pid = store?.pid();
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  };
  return {
    ...redisFaults(options, pidOf),
    ...mongodbFaults(options, pidOf),
    ...postgresFaults(options, pidOf),
  };
}
