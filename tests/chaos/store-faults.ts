import { waitFor } from '@bramble/test-kit/wait-for';
import type { Stores } from '../../scripts/stores/open-stores';
import { watchLog } from './broker-log';
import type { Eyes } from './eyes';

export interface StoreFaults {
  /** SIGKILL, and the last 2 s of its log are cut off; answers how many bytes that were. */
  killRedisAndCutItsLog(): Promise<number>;
  emptyRedis(): Promise<void>;
  /** SIGKILL; answers once it is primary again. */
  killMongodb(): Promise<void>;
  /** An orderly fast shutdown. */
  restartPostgres(): Promise<void>;
  stop(): void;
}

/** What can be done to the stores themselves. Each is started again by its supervisor. */
export function storeFaults({
  stores,
  eyes,
  dataDir,
}: {
  stores: Stores;
  eyes: Eyes;
  dataDir: string;
}): StoreFaults {
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
  return {
    async killRedisAndCutItsLog() {
      process.kill(await pidOf('redis'), 'SIGKILL');
      const cut = log.cutLast(2_000);
      await waitFor(async () => (await eyes.redis.ping()) === 'PONG', { what: 'Redis', timeout: 20_000 });
      return cut;
    },
    emptyRedis: async () => void (await eyes.redis.flushall()),
    async killMongodb() {
      process.kill(await pidOf('mongodb'), 'SIGKILL');
      await waitFor(
        async () => (await eyes.mongo.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true,
        { what: 'a primary MongoDB', timeout: 60_000 },
      );
    },
    async restartPostgres() {
      process.kill(await pidOf('postgres'), 'SIGINT');
      await postgresAnswers();
    },
    stop: () => log.stop(),
  };
}
