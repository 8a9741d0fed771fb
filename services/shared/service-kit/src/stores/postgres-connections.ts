import type pg from 'pg';
import type { Statement } from './sql';

/**
 * True when no reply came within the client's timeout. It is longer than the server's own, so the connection is dead.
 */
export const isSilence = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

/** The connections of a pool, without those that a server that vanished left dead. */
export interface Connections {
  /** A connection of the pool; the caller releases it. */
  checkOut(): Promise<pg.PoolClient>;
  /** Runs `fn`. When the server's reply fails to come, all existing connections become untrusted. */
  watch<T>(fn: () => Promise<T>): Promise<T>;
  /** Runs one statement on a connection of its own. */
  query<T extends object>(statement: Statement & { query_timeout?: number }): Promise<pg.QueryResult<T>>;
}

/**
 * After a connection got no reply, connections from before that moment are not trusted: a server that vanished with its
 * address (a node that died, a pod deleted by force) leaves all of them dead, and finding out takes a timeout for each.
 */
export function trustConnections(pool: pg.Pool): Connections {
  const madeAt = new WeakMap<pg.PoolClient, number>();
  const state = { trustedFrom: -Infinity };
  pool.on('connect', (client) => {
    // Every client gets the listener: without it a connection that breaks while checked out would end the process.
    client.on('error', () => undefined);
    madeAt.set(client, performance.now());
  });

  async function checkOut(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await pool.connect();
      if ((madeAt.get(client) ?? Infinity) >= state.trustedFrom) return client;
      client.release(true);
    }
  }

  async function watch<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      if (isSilence(error)) state.trustedFrom = performance.now();
      throw error;
    }
  }

  async function query<T extends object>(
    statement: Statement & { query_timeout?: number },
  ): Promise<pg.QueryResult<T>> {
    const client = await checkOut();
    let broken = false;
    try {
      return await watch(() => client.query<T>(statement));
    } catch (error) {
      broken = isSilence(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return { checkOut, watch, query };
}
