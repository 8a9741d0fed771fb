import pg from 'pg';
import type { Service } from '../runtime/service';
import { backoff, pause } from '../runtime/clock';
import { isTransient } from '../base/errors';
import { counter, histogram, sampled } from '../observe/metrics';
import { watchStore } from './store';

/** A statement; with a `name` it is prepared once per connection. */
export interface Statement {
  name?: string;
  text: string;
  values?: unknown[];
}

/** Where statements run: the pool, or one transaction. bigint comes as number, timestamptz as Date, jsonb parsed. */
export interface SqlSession {
  query<T extends object = Record<string, unknown>>(
    statement: Statement,
  ): Promise<{ rows: T[]; rowCount: number }>;
}
export interface SqlTransaction extends SqlSession {
  /** Runs after the commit, never after a rollback. */
  afterCommit(fn: () => void): void;
}
export interface Sql extends SqlSession {
  readonly pool: pg.Pool;
  /** Runs `fn` in a transaction and repeats it whole, at most 5 times, after a deadlock or serialization failure. */
  transaction<T>(fn: (tx: SqlTransaction) => Promise<T>): Promise<T>;
}

const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
const retryable: Record<string, 'serialization' | 'deadlock'> = {
  '40001': 'serialization',
  '40P01': 'deadlock',
};
const MAX_TRIES = 5;
const REPLY_MS = 18_000;
const PING_MS = 5_000;

/** No reply at all came in time: the connection leads nowhere. A server that is slow would have said so before. */
const isSilence = (error: unknown) => error instanceof Error && error.message === 'Query read timeout';

/**
 * Opens a pool of at most `max` connections. Statements end after 15 s and a transaction left idle after 10 s, so that a
 * process that was stopped in the middle holds no locks for long.
 */
export function openPostgres(
  service: Service,
  {
    url,
    max = 8,
    name = 'postgres',
    replyMs = REPLY_MS,
  }: { url: string; max?: number; name?: string; replyMs?: number },
): Sql {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    // Above the server's own limit: a reply that a broken network swallowed would otherwise be awaited for ever, and
    // whatever stands in its batch with it. The connection is thrown away.
    query_timeout: replyMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: `bramble-${service.name}`,
    options: '-c statement_timeout=15000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC',
  });
  pool.on('error', (error) => service.log.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  const madeAt = new WeakMap<pg.PoolClient, number>();
  pool.on('connect', (client) => {
    // Every client gets the listener: a connection that breaks while checked out would otherwise end the process.
    client.on('error', () => undefined);
    madeAt.set(client, performance.now());
  });
  /**
   * Once a connection went silent, those made before it are not trusted: a server that vanished with its address (a node
   * that died, a pod that was deleted by force) leaves all of them silent, and each would be found out after its own wait.
   */
  let trustedFrom = -Infinity;
  const checkOut = async (): Promise<pg.PoolClient> => {
    for (;;) {
      const client = await pool.connect();
      if ((madeAt.get(client) ?? Infinity) >= trustedFrom) return client;
      client.release(true);
    }
  };
  const noting = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (isSilence(error)) trustedFrom = performance.now();
      throw error;
    }
  };
  /** One statement on a connection of its own for that long. */
  const alone = async <T extends object>(statement: Statement & { query_timeout?: number }) => {
    const client = await checkOut();
    let broken = false;
    try {
      return await noting(() => client.query<T>(statement));
    } catch (error) {
      broken = isSilence(error);
      throw error;
    } finally {
      client.release(broken);
    }
  };

  const retries = counter(service, 'bramble_tx_retries_total');
  const duration = histogram(service, 'db_client_operation_duration_seconds');
  const poolName = `${service.name}-${name}`;
  const timeouts = counter(service, 'db_client_connection_timeouts_total');
  timeouts.inc({ db_client_connection_pool_name: poolName }, 0);
  const label = { db_client_connection_pool_name: poolName };
  sampled(service, 'db_client_connection_max', () => [{ labels: label, value: max }]);
  sampled(service, 'db_client_connection_pending_requests', () => [
    { labels: label, value: pool.waitingCount },
  ]);
  sampled(service, 'db_client_connection_count', () => [
    { labels: { ...label, state: 'idle' as const }, value: pool.idleCount },
    { labels: { ...label, state: 'used' as const }, value: pool.totalCount - pool.idleCount },
  ]);

  const timed = async <T>(operation: string, run: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    let errorType = '';
    try {
      return await run();
    } catch (error) {
      errorType = isTransient(error) ? 'transient' : 'error';
      if (error instanceof Error && error.message.includes('timeout exceeded when trying to connect'))
        timeouts.inc(label);
      throw error;
    } finally {
      duration.observe(
        { db_system_name: 'postgresql', db_operation_name: operation, error_type: errorType },
        (performance.now() - start) / 1000,
      );
    }
  };
  const session = (
    run: <T extends object>(statement: Statement) => Promise<pg.QueryResult<T>>,
  ): SqlSession => ({
    query: async <T extends object>(statement: Statement) => {
      const result = await timed(operationOf(statement.text), () => run<T>(statement));
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    },
  });

  const once = async <T>(fn: (tx: SqlTransaction) => Promise<T>): Promise<T> => {
    const client = await timed('connect', checkOut);
    const hooks: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      await noting(() => client.query('BEGIN'));
      const within = session((statement) => noting(() => client.query(statement)));
      const result = await fn({ ...within, afterCommit: (hook) => void hooks.push(hook) });
      await timed('commit', () => noting(() => client.query('COMMIT')));
      for (const hook of hooks) hook();
      return result;
    } catch (error) {
      // On a connection that went silent nobody hears it; the server rolls back when it learns of the end.
      if (isSilence(error)) broken = error as Error;
      else
        await client.query('ROLLBACK').catch((rollbackError: unknown) => {
          broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
        });
      throw error;
    } finally {
      client.release(broken);
    }
  };

  watchStore(service, name, () => alone({ text: 'SELECT 1', query_timeout: Math.min(PING_MS, replyMs) }));
  service.onStop(`${name} pool`, () => pool.end());

  return {
    pool,
    query: session(alone).query,
    async transaction(fn) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(fn);
        } catch (error) {
          const cause = retryable[String((error as { code?: unknown }).code)];
          if (!cause || attempt >= MAX_TRIES) throw error;
          retries.inc({ cause });
          await pause(backoff(attempt, { base: 10, max: 200 }));
        }
      }
    },
  };
}

const operations = new Set(['select', 'insert', 'update', 'delete']);
/** The statement's first word as a closed value; a CTE counts as `with`. */
function operationOf(text: string): string {
  const word = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toLowerCase() ?? '';
  return operations.has(word) || word === 'with' ? word : '_other';
}
