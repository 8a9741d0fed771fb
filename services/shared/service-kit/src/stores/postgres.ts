import pg from 'pg';
import { backoff, pause } from '../runtime/clock';
import type { Service } from '../runtime/service';
import { trustConnections } from './postgres-connections';
import { observePostgres } from './postgres-metrics';
import { createTransactionRunner } from './postgres-transaction';
import type { Sql, SqlTransaction } from './sql';
import { watchStore } from './store';

export interface PostgresOptions {
  url: string;
  /** The most connections of the pool. */
  max?: number;
  /** The store's name in metrics and readiness, for a service with several stores. */
  name?: string;
  /** Milliseconds without a reply after which a connection counts as dead. */
  replyMs?: number;
  /** False for a database that requests can do without: it is no part of readiness. */
  required?: boolean;
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

/**
 * Opens a pool of at most `max` connections. Statements end after 15 s and idle transactions after 10 s, so that a
 * process that was paused holds no locks for long.
 */
export function openPostgres(
  service: Service,
  { url, max = 8, name = 'postgres', replyMs = REPLY_MS, required = true }: PostgresOptions,
): Sql {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    // Longer than the server's own limit. Without it a reply that a broken network lost would be awaited for ever, with
    // all other work of its batch. The connection is discarded.
    query_timeout: replyMs,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: `bramble-${service.name}`,
    options: '-c statement_timeout=15000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC',
  });
  pool.on('error', (error) => service.log.warn({ err: error }, 'an idle connection to PostgreSQL broke'));
  const connections = trustConnections(pool);
  const metrics = observePostgres(service, pool, { poolName: `${service.name}-${name}`, max });
  const runTransaction = createTransactionRunner(connections, metrics);
  watchStore(
    service,
    name,
    () => connections.query({ text: 'SELECT 1', query_timeout: Math.min(PING_MS, replyMs) }),
    { required },
  );
  service.onStop(`${name} pool`, () => pool.end());

  async function transaction<T>(fn: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await runTransaction(fn);
      } catch (error) {
        const cause = retryable[String((error as { code?: unknown }).code)];
        if (!cause || attempt >= MAX_TRIES) throw error;
        metrics.repeated(cause);
        await pause(backoff(attempt, { base: 10, max: 200 }));
      }
    }
  }

  return { pool, query: metrics.sessionOf(connections.query).query, transaction };
}
