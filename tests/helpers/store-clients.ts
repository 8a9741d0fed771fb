import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { type Db, MongoClient } from 'mongodb';
import pg from 'pg';

/** Direct connections to the stores, without the proxies, with the administrator's rights. */
export interface StoreClients {
  orders: pg.Pool;
  payments: pg.Pool;
  mongo: MongoClient;
  catalog: Db;
  delivery: Db;
  redis: Redis;
}

/** Connects to the stores of a shop that `npm start` runs, without its services; call `close` when done. */
export async function openStoreClients(dataDir: string): Promise<StoreClients & { close(): Promise<void> }> {
  const { orders: known = {} } = JSON.parse(
    readFileSync(path.join(dataDir, 'environments.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const pool = (name: string) =>
    new pg.Pool({ connectionString: known[`${name}_DATABASE_URL`], max: 2 }).on('error', () => undefined);
  const mongo = await new MongoClient(known['CATALOG_MONGODB_URL'] ?? '').connect();
  const redis = new Redis(known['REDIS_EVENTS_URL'] ?? '').on('error', () => undefined);
  const [orders, payments] = [pool('ORDERS'), pool('PAYMENTS')];
  return {
    orders,
    payments,
    mongo,
    catalog: mongo.db('catalog'),
    delivery: mongo.db('delivery'),
    redis,
    async close() {
      redis.disconnect();
      await Promise.all([orders.end(), payments.end(), mongo.close()]);
    },
  };
}
