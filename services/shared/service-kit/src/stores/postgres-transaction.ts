import { type Connections, isSilence } from './postgres-connections';
import type { PostgresMetrics } from './postgres-metrics';
import type { SqlTransaction, Statement } from './sql';

/** Runs `fn` in a transaction, once: commits, or rolls back when `fn` throws. */
export function createTransactionRunner(connections: Connections, metrics: PostgresMetrics) {
  return async function runTransaction<T>(fn: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    const client = await metrics.timed('connect', connections.checkOut);
    const send = (text: string) => connections.watch(() => client.query(text));
    const hooks: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      await send('BEGIN');
      const session = metrics.sessionOf(<R extends object>(statement: Statement) =>
        connections.watch(() => client.query<R>(statement)),
      );
      const result = await fn({ ...session, afterCommit: (hook) => void hooks.push(hook) });
      await metrics.timed('commit', () => send('COMMIT'));
      for (const hook of hooks) hook();
      return result;
    } catch (error) {
      // Skip ROLLBACK on a silent connection; the server rolls back when the connection ends.
      if (isSilence(error)) broken = error;
      else
        await client.query('ROLLBACK').catch((rollbackError: unknown) => {
          broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
        });
      throw error;
    } finally {
      client.release(broken);
    }
  };
}
