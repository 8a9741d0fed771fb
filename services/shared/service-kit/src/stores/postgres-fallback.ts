import { isTransient } from '../base/errors';
import type { SqlSession, Statement } from './sql';

/** How long a replica that failed is not asked again. */
const REST_MS = 10_000;

/** Reads from a replica; from the primary while the replica is away. */
export function withFallback(replica: SqlSession, primary: SqlSession): SqlSession {
  let restsUntil = -Infinity;

  async function query<T extends object>(statement: Statement): Promise<{ rows: T[]; rowCount: number }> {
    if (performance.now() >= restsUntil) {
      try {
        return await replica.query<T>(statement);
      } catch (error) {
        if (!isTransient(error)) throw error;
        restsUntil = performance.now() + REST_MS;
      }
    }
    return primary.query<T>(statement);
  }

  return { query };
}
