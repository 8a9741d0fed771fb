import { Redis } from 'ioredis';
import pg from 'pg';
import { sharedStores, type TestStores } from './stores';
import { waitFor } from './wait-for';

/** The number of open connections to a test file's stores, by store. */
export async function openConnections(stores: TestStores): Promise<{ postgres: number; redis: number }> {
  const [postgres, redis] = await Promise.all([postgresConnections(stores), redisConnections(stores)]);
  return { postgres, redis };
}

/**
 * Fails when a stopped service left a connection open: a forgotten pool keeps a process alive and occupies slots of the
 * server. Call it after `stop()` and before `stores.close()`.
 */
export async function expectNoLeaks(stores: TestStores): Promise<void> {
  await waitFor(() => openConnections(stores), {
    until: ({ postgres, redis }) => postgres + redis === 0,
    timeout: 3_000,
    what: 'all connections to be closed',
  });
}

async function postgresConnections(stores: TestStores): Promise<number> {
  const client = new pg.Client({ connectionString: sharedStores().postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1',
      [new URL(stores.postgresUrl).pathname.slice(1)],
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

async function redisConnections(stores: TestStores): Promise<number> {
  const database = new URL(stores.redisUrl).pathname.slice(1);
  const redis = new Redis(sharedStores().redisUrl);
  try {
    const list = String(await redis.client('LIST'));
    return list.split('\n').filter((line) => line.includes(` db=${database} `)).length;
  } finally {
    redis.disconnect();
  }
}
