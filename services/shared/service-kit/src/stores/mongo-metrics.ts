import type { MongoClient } from 'mongodb';
import { isTransient } from '../base/errors';
import { histogram, type MetricsOwner, sampled } from '../observe/metrics';

const knownCommands = new Set([
  'find',
  'insert',
  'update',
  'delete',
  'aggregate',
  'findAndModify',
  'commitTransaction',
  'getMore',
]);

/** Times every command of a client that was opened with `monitorCommands`. */
export function observeCommands(owner: MetricsOwner, client: MongoClient): void {
  const duration = histogram(owner, 'db_client_operation_duration_seconds');

  function observe(command: string, ms: number, errorType: string): void {
    const operation = knownCommands.has(command) ? command : '_other';
    const labels = {
      db_system_name: 'mongodb',
      db_operation_name: operation,
      error_type: errorType,
    } as const;
    duration.observe(labels, ms / 1000);
  }

  client.on('commandSucceeded', ({ commandName, duration: ms }) => {
    // A change stream's getMore waits for the next change, so its duration is not the server's.
    if (commandName !== 'getMore') observe(commandName, ms, '');
  });
  client.on('commandFailed', ({ commandName, duration: ms, failure }) =>
    observe(commandName, ms, isTransient(failure) ? 'transient' : 'error'),
  );
}

/** Exports how many connections of a client's pool are open and in use, and how many callers wait. */
export function observePool(
  owner: MetricsOwner,
  client: MongoClient,
  { poolName, max }: { poolName: string; max: number },
): void {
  const pool = { open: 0, used: 0, waiting: 0 };
  client.on('connectionCreated', () => (pool.open += 1));
  client.on('connectionClosed', () => (pool.open -= 1));
  client.on('connectionCheckOutStarted', () => (pool.waiting += 1));
  client.on('connectionCheckOutFailed', () => (pool.waiting -= 1));
  client.on('connectionCheckedOut', () => {
    pool.waiting -= 1;
    pool.used += 1;
  });
  client.on('connectionCheckedIn', () => (pool.used -= 1));

  const labels = { db_client_connection_pool_name: poolName };
  sampled(owner, 'db_client_connection_max', () => [{ labels, value: max }]);
  sampled(owner, 'db_client_connection_pending_requests', () => [
    { labels, value: Math.max(0, pool.waiting) },
  ]);
  sampled(owner, 'db_client_connection_count', () => [
    { labels: { ...labels, state: 'idle' as const }, value: Math.max(0, pool.open - pool.used) },
    { labels: { ...labels, state: 'used' as const }, value: pool.used },
  ]);
}
