import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { Stores } from '../../scripts/stores/open-stores';
import { allProcesses } from '../helpers/process-stat';
import type { StoreClients } from '../helpers/store-clients';
import { watchLog } from './broker-log';
import { retryWhileBroken } from './retry-while-broken';
import type { SmallDisk } from './small-disk';

const DISK_FULL = '53100';
/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml, "OutOfDiskSpace" */
const OUT_OF_DISK_SPACE = 14031;
const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite'];

/**
 * A charge is stored 7 s after it was asked for, once in two times. A caller waits 6 s, finds no charge, and asks again
 * with the same key: both calls end with an answer. A sequence counts on although its transaction is rolled back; the
 * function runs as its owner to reach it.
 */
const LATE = `
  CREATE SEQUENCE IF NOT EXISTS chaos_late; ALTER SEQUENCE chaos_late RESTART;
  CREATE OR REPLACE FUNCTION chaos_late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN IF random() < 0.5 THEN PERFORM nextval('public.chaos_late'); PERFORM pg_sleep(7); END IF; RETURN NULL; END $$;
  CREATE OR REPLACE TRIGGER chaos_late BEFORE INSERT ON sandbox_charges
    FOR EACH STATEMENT EXECUTE FUNCTION chaos_late();`;

export interface StoreFaults {
  /** SIGKILL, and the last 2 s of its log are cut off; answers how many bytes that were. */
  killRedisAndCutItsLog(): Promise<number>;
  /** SIGKILL; what it had not written to its log yet, at most a second, is lost. */
  killRedis(): Promise<void>;
  emptyRedis(): Promise<void>;
  /** Redis has no memory for writes during this time; answers whether it refused one. */
  fillRedis(ms: number): Promise<boolean>;
  /** SIGKILL of the primary; answers once there is one again. */
  killMongodb(): Promise<void>;
  /** The primary steps down for some seconds; answers whether it did. */
  stepDownMongodb(seconds: number): Promise<boolean>;
  /** MongoDB refuses writes during this time as if its disk were full; answers how many it refused. */
  fillMongodb(ms: number): Promise<number>;
  /** An orderly fast shutdown. */
  restartPostgres(): Promise<void>;
  /** SIGKILL of the server and of each of its processes, so that it recovers from its log. */
  killPostgres(): Promise<void>;
  /** The disk of orders' and payments' tables is full during this time; answers whether PostgreSQL said so. */
  fillDisk(ms: number): Promise<boolean>;
  /** The sandbox's tables refuse payments during this time; answers how many orders waited for a charge at the end. */
  providerDown(ms: number): Promise<number>;
  /** Half of the sandbox's answers come after the caller gave up and asked again; answers how many came late. */
  providerLate(ms: number): Promise<number>;
  stop(): void;
}

/** The processes that this one started. */
const childrenOf = (parent: number): number[] =>
  allProcesses()
    .filter((each) => each.parent === parent)
    .map(({ pid }) => pid);

export interface StoreFaultsOptions {
  stores: Stores;
  clients: StoreClients;
  dataDir: string;
  smallDisk: SmallDisk;
}

/** Answers the process of a store, waiting for one that is just being started again. */
type PidOf = (name: string) => Promise<number>;

function redisFaults({ dataDir, clients: { redis } }: StoreFaultsOptions, pidOf: PidOf) {
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

function mongodbFaults({ clients: { mongo } }: StoreFaultsOptions, pidOf: PidOf) {
  const admin = mongo.db('admin');
  const hello = () => admin.command({ hello: 1 });
  const isPrimary = async () => (await hello())['isWritablePrimary'] === true;
  const becomesPrimary = () => waitFor(isPrimary, { what: 'a primary MongoDB', timeout: 60_000 });
  /** The process of the member that answered `hello`. Members and processes are in the same order. */
  const primaryName = async () => {
    const { hosts, me } = await retryWhileBroken(hello);
    const at = (hosts as string[]).indexOf(me as string);
    return at <= 0 ? 'mongodb' : `mongodb-${at + 1}`;
  };
  const failWrites = (mode: 'alwaysOn' | 'off') =>
    admin.command({
      configureFailPoint: 'failCommand',
      mode,
      data: { failCommands: WRITES, errorCode: OUT_OF_DISK_SPACE },
    });
  return {
    async killMongodb() {
      process.kill(await pidOf(await primaryName()), 'SIGKILL');
      await becomesPrimary();
    },
    async stepDownMongodb(seconds: number) {
      const before = (await hello())['me'] as string;
      await admin.command({ replSetStepDown: seconds, force: true });
      const after = await retryWhileBroken(hello);
      await becomesPrimary();
      return after['isWritablePrimary'] !== true || after['me'] !== before;
    },
    async fillMongodb(ms: number) {
      const { count: before } = await failWrites('alwaysOn');
      await pause(ms);
      const { count: after } = await retryWhileBroken(() => failWrites('off'));
      return Number(after) - Number(before);
    },
  };
}

function postgresFaults({ clients: { orders, payments }, smallDisk }: StoreFaultsOptions, pidOf: PidOf) {
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
          // The process ended by itself after it was listed.
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
      await retryWhileBroken(() => payments.query(`REVOKE ${tables} FROM payments`));
      try {
        await pause(ms);
        const { rows } = await retryWhileBroken(() =>
          orders.query<{ n: string }>(
            `SELECT count(*) AS n FROM orders WHERE status = 'RESERVED' AND capture NOT IN ('declined', 'captured')`,
          ),
        );
        return Number(rows[0]?.n ?? 0);
      } finally {
        await retryWhileBroken(() => payments.query(`GRANT ${tables} TO payments`));
      }
    },
    async providerLate(ms: number) {
      await retryWhileBroken(() => payments.query(LATE));
      try {
        await pause(ms);
      } finally {
        await retryWhileBroken(() => payments.query('DROP TRIGGER IF EXISTS chaos_late ON sandbox_charges'));
      }
      const { rows } = await retryWhileBroken(() =>
        payments.query<{ n: string }>(
          'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM chaos_late',
        ),
      );
      return Number(rows[0]?.n ?? 0);
    },
  };
}

/** The faults of the stores themselves. Their supervisor starts each again. */
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
