import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { buildCatalog } from '../../catalog/src/app';
import { loadCatalogConfig } from '../../catalog/src/config';
import { buildDelivery } from '../../delivery/src/app';
import { loadDeliveryConfig } from '../../delivery/src/config';
import { buildOrders } from '../../orders/src/app';
import { loadOrdersConfig } from '../../orders/src/config';
import { buildPayments } from '../../payments/src/app';
import { loadPaymentsConfig } from '../../payments/src/config';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { buildGateway } from '../src/app';
import { loadGatewayConfig } from '../src/config';

const builders = {
  users: (env: NodeJS.ProcessEnv) => buildUsers(loadUsersConfig(env)),
  catalog: (env: NodeJS.ProcessEnv) => buildCatalog(loadCatalogConfig(env)),
  payments: (env: NodeJS.ProcessEnv) => buildPayments(loadPaymentsConfig(env)),
  delivery: (env: NodeJS.ProcessEnv) => buildDelivery(loadDeliveryConfig(env)),
  orders: (env: NodeJS.ProcessEnv) => buildOrders(loadOrdersConfig(env)),
};
export type Part = keyof typeof builders;
export const parts = Object.keys(builders) as Part[];
const byService = <T>(make: (name: Part) => T): Record<Part, T> =>
  Object.fromEntries(parts.map((name) => [name, make(name)])) as Record<Part, T>;

/** An address where nothing listens. */
const NOWHERE = 'http://127.0.0.1:9';

/** The gateway and every service on real stores, with one Redis for all. Each service can be away for a while. */
export async function openWholeShop() {
  const stores = Object.fromEntries(
    await Promise.all(parts.map(async (name) => [name, await testStores(name)] as const)),
  ) as Record<Part, TestStores>;
  const { redisUrl } = stores.users;
  const running: Partial<Record<Part, StartedService>> = {};
  const urls = byService(() => NOWHERE);

  const envOf = (name: Part) =>
    testEnv({
      REDIS_EVENTS_URL: redisUrl,
      REDIS_CACHE_URL: redisUrl,
      USERS_DATABASE_URL: stores.users.postgresUrl,
      ORDERS_DATABASE_URL: stores.orders.postgresUrl,
      PAYMENTS_DATABASE_URL: stores.payments.postgresUrl,
      CATALOG_MONGODB_URL: stores.catalog.mongodbUrl,
      DELIVERY_MONGODB_URL: stores.delivery.mongodbUrl,
      CATALOG_URL: urls.catalog,
      PAYMENTS_URL: urls.payments,
      ORDERS_URL: urls.orders,
      DELIVERY_STEP_SECONDS: '0.2',
      ALLOW_SANDBOX: 'on',
      RATE_LIMIT_FACTOR: '100',
      // The tests need no demo products and orders.
      DEMO: name === 'users' || name === 'delivery' ? 'on' : 'off',
      DEMO_ADMIN: 'on',
      // After a stop a service comes back at its address.
      ...(urls[name] === NOWHERE ? {} : { PORT: new URL(urls[name]).port }),
    });

  async function start(name: Part): Promise<void> {
    const started = await startService(builders[name](envOf(name)));
    running[name] = started;
    urls[name] = started.url;
  }
  async function stop(name: Part): Promise<void> {
    await running[name]?.stop();
    delete running[name];
  }

  for (const name of parts) await start(name);
  const gateway = await startService(
    buildGateway(
      loadGatewayConfig(
        testEnv({
          REDIS_EVENTS_URL: redisUrl,
          REDIS_CACHE_URL: redisUrl,
          RATE_LIMIT_FACTOR: '100',
          ...Object.fromEntries(parts.map((name) => [`${name.toUpperCase()}_URL`, urls[name]])),
        }),
      ),
    ),
  );
  const redis = new Redis(redisUrl);
  const pools = {
    users: new pg.Pool({ connectionString: stores.users.postgresUrl, max: 1 }),
    orders: new pg.Pool({ connectionString: stores.orders.postgresUrl, max: 1 }),
    payments: new pg.Pool({ connectionString: stores.payments.postgresUrl, max: 1 }),
  };
  const mongo = await new MongoClient(stores.catalog.mongodbUrl).connect();
  const databases = {
    catalog: mongo.db(),
    delivery: mongo.db(new URL(stores.delivery.mongodbUrl).pathname.slice(1)),
  };

  return {
    url: gateway.url,
    redis,
    sql: pools,
    db: databases,
    start,
    stop,
    service(name: Part): StartedService {
      const started = running[name];
      if (!started) throw new Error(`${name} is away`);
      return started;
    },
    /** Every row, document and key of every store that holds one of these texts, as `store place`. */
    search: async (...texts: readonly string[]): Promise<string[]> => {
      const needles = texts.map((text) => text.toLowerCase());
      const holds = (text: string) => needles.some((needle) => text.toLowerCase().includes(needle));
      const found: string[] = [];
      for (const [name, pool] of Object.entries(pools))
        for await (const [table, row] of rowsOf(pool)) if (holds(row)) found.push(`${name} ${table}`);
      for (const [name, db] of Object.entries(databases))
        for (const { name: collection } of await db.listCollections().toArray())
          for await (const document of db.collection(collection).find())
            if (holds(JSON.stringify(document))) found.push(`${name} ${collection}`);
      for await (const [key, value] of keysOf(redis))
        if (holds(key) || holds(value)) found.push(`redis ${key}`);
      return [...new Set(found)].sort();
    },
    async close(): Promise<void> {
      redis.disconnect();
      await mongo.close();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await gateway.stop();
      for (const name of [...parts].reverse()) await stop(name);
      await Promise.all(parts.map((name) => stores[name].close()));
    },
  };
}
export type WholeShop = Awaited<ReturnType<typeof openWholeShop>>;

/** Every row of every table as text. */
async function* rowsOf(pool: pg.Pool): AsyncGenerator<[table: string, row: string]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    for (const { text } of rows) yield [name, text];
  }
}

/** Every key of this database of Redis with its value as text. */
async function* keysOf(redis: Redis): AsyncGenerator<[key: string, value: string]> {
  for (const key of await redis.keys('*')) yield [key, JSON.stringify(await valueOf(redis, key))];
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    // The key expired in the meantime.
    case 'none':
      return '';
    default:
      throw new Error(`a kind of key that this search does not know: ${key}`);
  }
}
