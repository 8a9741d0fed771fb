import { MongoClient, type ClientSession, type Db } from 'mongodb';
import type { Service } from '../runtime/service';
import { AppError, isTransient } from '../base/errors';
import { counter, histogram, sampled } from '../observe/metrics';
import { watchStore } from './store';

/** A database and its transactions. */
export interface Mongo {
  readonly client: MongoClient;
  readonly db: Db;
  /**
   * Runs `fn` in a transaction (snapshot reads, majority writes) and repeats it whole on transient errors, for at most
   * 10 s: then it throws `unavailable`, caused by the last of them. `fn` passes `session` to each operation and keeps no state outside.
   */
  transaction<T>(fn: (session: ClientSession) => Promise<T>): Promise<T>;
}

const PING_MS = 3_000;

const hooksOf = new WeakMap<ClientSession, (() => void)[]>();

/** Runs `fn` once this session's transaction has committed; a repeated or aborted try forgets it. */
export const afterMongoCommit = (session: ClientSession, fn: () => void): void =>
  void hooksOf.get(session)?.push(fn);

/** Opens the database that `url` names. Concerns stand in code, because defaults change with the replica set's shape. */
export function openMongo(
  service: Service,
  { url, max = 10, patienceMs = 10_000 }: { url: string; max?: number; patienceMs?: number },
): Mongo {
  const client = new MongoClient(url, {
    appName: `bramble-${service.name}`,
    maxPoolSize: max,
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    retryWrites: true,
    monitorCommands: true,
    ignoreUndefined: true,
  });
  const db = client.db();
  const retries = counter(service, 'bramble_tx_retries_total');
  const duration = histogram(service, 'db_client_operation_duration_seconds');
  const known = new Set([
    'find',
    'insert',
    'update',
    'delete',
    'aggregate',
    'findAndModify',
    'commitTransaction',
    'getMore',
  ]);
  const observe = (commandName: string, ms: number, errorType: string) =>
    duration.observe(
      {
        db_system_name: 'mongodb',
        db_operation_name: known.has(commandName) ? commandName : '_other',
        error_type: errorType,
      },
      ms / 1000,
    );
  client.on('commandSucceeded', (event) => {
    // A change stream's getMore waits for news: its duration says nothing.
    if (event.commandName !== 'getMore') observe(event.commandName, event.duration, '');
  });
  client.on('commandFailed', (event) =>
    observe(event.commandName, event.duration, isTransient(event.failure) ? 'transient' : 'error'),
  );

  const label = { db_client_connection_pool_name: `${service.name}-mongodb` };
  let open = 0;
  let used = 0;
  let waiting = 0;
  client.on('connectionCreated', () => (open += 1));
  client.on('connectionClosed', () => (open -= 1));
  client.on('connectionCheckOutStarted', () => (waiting += 1));
  client.on('connectionCheckOutFailed', () => (waiting -= 1));
  client.on('connectionCheckedOut', () => {
    waiting -= 1;
    used += 1;
  });
  client.on('connectionCheckedIn', () => (used -= 1));
  sampled(service, 'db_client_connection_max', () => [{ labels: label, value: max }]);
  sampled(service, 'db_client_connection_pending_requests', () => [
    { labels: label, value: Math.max(0, waiting) },
  ]);
  sampled(service, 'db_client_connection_count', () => [
    { labels: { ...label, state: 'idle' as const }, value: Math.max(0, open - used) },
    { labels: { ...label, state: 'used' as const }, value: used },
  ]);

  watchStore(service, 'mongodb', () => db.command({ ping: 1 }, { signal: AbortSignal.timeout(PING_MS) }));
  service.onStop('mongodb client', () => client.close());

  return {
    client,
    db,
    transaction: (fn) =>
      client.withSession(async (session) => {
        let tries = 0;
        let cause: unknown;
        // The driver's own limit is two minutes, and its `timeoutMS` has no effect.
        const deadline = performance.now() + patienceMs;
        const result = await session.withTransaction(
          async () => {
            tries += 1;
            if (tries > 1) {
              if (performance.now() > deadline)
                throw new AppError('unavailable', { detail: 'the database takes no transaction', cause });
              retries.inc({ cause: 'transient' });
            }
            hooksOf.set(session, []);
            try {
              return await fn(session);
            } catch (error) {
              cause = error;
              throw error;
            }
          },
          {
            readConcern: { level: 'snapshot' },
            writeConcern: { w: 'majority', journal: true },
            readPreference: 'primary',
          },
        );
        for (const hook of hooksOf.get(session) ?? []) hook();
        return result;
      }),
  };
}
