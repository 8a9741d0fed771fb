import { type ClientSession, type Db, MongoClient } from 'mongodb';
import { AppError } from '../base/errors';
import { counter, type MetricsOwner } from '../observe/metrics';
import type { Service } from '../runtime/service';
import { observeCommands, observePool } from './mongo-metrics';
import { watchStore } from './store';

/** The database, or one transaction. Pass `options` to every operation. */
export interface MongoSession {
  readonly db: Db;
  readonly options: { readonly session?: ClientSession };
}

/** One try of a transaction. */
export interface MongoTransaction extends MongoSession {
  readonly options: { readonly session: ClientSession };
  /** 1 for the first try; higher when the transaction is repeated. */
  readonly attempt: number;
  /** Runs `fn` after the commit of this try, never after a rollback. */
  afterCommit(fn: () => void): void;
}

/** A database and its transactions. */
export interface Mongo extends MongoSession {
  readonly client: MongoClient;
  /**
   * Runs `fn` in a transaction (snapshot reads, majority writes) and repeats it on transient errors for at most 10 s.
   * Then it throws `unavailable` with the last error as its cause. `fn` must not keep state outside.
   */
  transaction<T>(fn: (tx: MongoTransaction) => Promise<T>): Promise<T>;
}

const PING_MS = 3_000;
const WRITE_CONCERN = { w: 'majority', journal: true } as const;

/** Opens the database that `url` names. The concerns are explicit, because the defaults depend on the replica set. */
export function openMongo(
  service: Service,
  { url, max = 10, maxRetryMs = 10_000 }: { url: string; max?: number; maxRetryMs?: number },
): Mongo {
  const client = new MongoClient(url, {
    appName: `bramble-${service.name}`,
    maxPoolSize: max,
    // Without it a request waits for ever for a connection.
    waitQueueTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    writeConcern: WRITE_CONCERN,
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    retryWrites: true,
    monitorCommands: true,
    ignoreUndefined: true,
  });
  const db = client.db();
  observeCommands(service, client);
  observePool(service, client, { poolName: `${service.name}-mongodb`, max });
  watchStore(service, 'mongodb', () => db.command({ ping: 1 }, { signal: AbortSignal.timeout(PING_MS) }));
  service.onStop('mongodb client', () => client.close());
  return { client, db, options: {}, transaction: createTransactions(service, { client, db, maxRetryMs }) };
}

function createTransactions(
  owner: MetricsOwner,
  { client, db, maxRetryMs }: { client: MongoClient; db: Db; maxRetryMs: number },
): Mongo['transaction'] {
  const retries = counter(owner, 'bramble_tx_retries_total');

  function transaction<T>(fn: (tx: MongoTransaction) => Promise<T>): Promise<T> {
    return client.withSession(async (session) => {
      let attempt = 0;
      let cause: unknown;
      let hooks: (() => void)[] = [];
      // The driver's own limit is two minutes, and its `timeoutMS` has no effect here.
      const deadline = performance.now() + maxRetryMs;

      async function run(): Promise<T> {
        attempt += 1;
        if (attempt > 1) {
          if (performance.now() > deadline)
            throw new AppError('unavailable', {
              detail: 'the database could not run the transaction',
              cause,
            });
          retries.inc({ cause: 'transient' });
        }
        hooks = [];
        try {
          return await fn({
            db,
            options: { session },
            attempt,
            afterCommit: (hook) => void hooks.push(hook),
          });
        } catch (error) {
          cause = error;
          throw error;
        }
      }

      const result = await session.withTransaction(run, {
        readConcern: { level: 'snapshot' },
        writeConcern: WRITE_CONCERN,
        readPreference: 'primary',
      });
      for (const hook of hooks) hook();
      return result;
    });
  }
  return transaction;
}
