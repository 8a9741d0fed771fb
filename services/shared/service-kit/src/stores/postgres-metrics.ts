import type pg from 'pg';
import { isTransient } from '../base/errors';
import { counter, histogram, type MetricsOwner, sampled } from '../observe/metrics';
import type { SqlSession, Statement } from './sql';

/** Instruments a PostgreSQL pool. */
export interface PostgresMetrics {
  /** Times an operation without a statement, such as `commit`. */
  timed<T>(operation: string, fn: () => Promise<T>): Promise<T>;
  /** A session that times statements by their first word. */
  sessionOf(run: <T extends object>(statement: Statement) => Promise<pg.QueryResult<T>>): SqlSession;
  /** Counts a repeated transaction. */
  repeated(cause: 'serialization' | 'deadlock'): void;
}

/** Exports a pool's connections, the duration of its operations and its repeated transactions. */
export function observePostgres(
  owner: MetricsOwner,
  pool: pg.Pool,
  { poolName, max }: { poolName: string; max: number },
): PostgresMetrics {
  const retries = counter(owner, 'bramble_tx_retries_total');
  const duration = histogram(owner, 'db_client_operation_duration_seconds');
  const timeouts = counter(owner, 'db_client_connection_timeouts_total');
  const labels = { db_client_connection_pool_name: poolName };
  timeouts.inc(labels, 0);
  sampled(owner, 'db_client_connection_max', () => [{ labels, value: max }]);
  sampled(owner, 'db_client_connection_pending_requests', () => [{ labels, value: pool.waitingCount }]);
  sampled(owner, 'db_client_connection_count', () => [
    { labels: { ...labels, state: 'idle' as const }, value: pool.idleCount },
    { labels: { ...labels, state: 'used' as const }, value: pool.totalCount - pool.idleCount },
  ]);

  async function timed<T>(operation: string, fn: () => Promise<T>): Promise<T> {
    const start = performance.now();
    let errorType = '';
    try {
      return await fn();
    } catch (error) {
      errorType = isTransient(error) ? 'transient' : 'error';
      if (error instanceof Error && error.message.includes('timeout exceeded when trying to connect'))
        timeouts.inc(labels);
      throw error;
    } finally {
      duration.observe(
        { db_system_name: 'postgresql', db_operation_name: operation, error_type: errorType },
        (performance.now() - start) / 1000,
      );
    }
  }

  function sessionOf(run: Parameters<PostgresMetrics['sessionOf']>[0]): SqlSession {
    async function query<T extends object>(statement: Statement): Promise<{ rows: T[]; rowCount: number }> {
      const result = await timed(operationOf(statement.text), () => run<T>(statement));
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    }
    return { query };
  }

  return { timed, sessionOf, repeated: (cause) => retries.inc({ cause }) };
}

const operations = new Set(['select', 'insert', 'update', 'delete']);
/** The statement's first word as a closed value; a CTE counts as `with`. */
function operationOf(text: string): string {
  const word = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toLowerCase() ?? '';
  return operations.has(word) || word === 'with' ? word : '_other';
}
