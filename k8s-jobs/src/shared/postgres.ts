import pg from 'pg';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { firstConnection } from './first-connection';

/** Connects to a PostgreSQL server, waiting for it, and closes the connection after `use`. */
export async function withPostgres<T>(
  url: string,
  options: { seconds: number; log: Logger },
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await firstConnection('postgres', options, async () => {
    const attempt = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    attempt.on('error', () => undefined);
    await attempt.connect().catch(async (error: unknown) => {
      await attempt.end().catch(() => undefined);
      throw error;
    });
    return attempt;
  });
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
