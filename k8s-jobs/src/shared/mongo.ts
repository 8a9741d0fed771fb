import { MongoClient, type MongoClientOptions } from 'mongodb';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { firstConnection } from './first-connection';

/** Connects to a MongoDB server (the primary of a set), waiting for it, and closes the client after `use`. */
export async function withMongo<T>(
  url: string,
  options: { seconds: number; log: Logger; client?: MongoClientOptions },
  use: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const client = await firstConnection('mongodb', options, async () => {
    const attempt = new MongoClient(url, {
      serverSelectionTimeoutMS: 5_000,
      connectTimeoutMS: 5_000,
      maxPoolSize: 2,
      ...options.client,
    });
    await attempt
      .connect()
      .then(() => attempt.db().command({ ping: 1 }))
      .catch(async (error: unknown) => {
        await attempt.close().catch(() => undefined);
        throw error;
      });
    return attempt;
  });
  try {
    return await use(client);
  } finally {
    await client.close().catch(() => undefined);
  }
}
