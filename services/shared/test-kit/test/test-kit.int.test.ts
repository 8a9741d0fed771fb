import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { type EventName, events, keyOf } from '@bramble/contracts/events';
import { migratePostgres, migrationsApplied } from '@bramble/service-kit/stores/migrate';
import { eventOf } from '../src/events';
import { expectNoLeaks, openConnections } from '../src/leaks';
import { publishEvents } from '../src/publish';
import { testStores, type TestStores } from '../src/stores';
import { eventsIn } from '../src/streams';
import { waitFor } from '../src/wait-for';
import { waitForEvents } from '../src/wait-for-events';

let stores: TestStores;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'migrations-'));
  stores = await testStores('none-of-the-services');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stores.close();
});

function migration(name: string, sql: string): void {
  mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, 'migration.sql'), sql);
}

async function query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: stores.postgresUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migratePostgres', () => {
  const migrate = (): Promise<string[]> =>
    migratePostgres({ url: stores.postgresUrl, migrationsDir: folder });
  const applied = (): Promise<boolean> =>
    migrationsApplied({ url: stores.postgresUrl, migrationsDir: folder });

  it('applies each file once, although several callers start together', async () => {
    migration('1_first', 'CREATE TABLE plants (id int PRIMARY KEY); INSERT INTO plants VALUES (1);');
    migration('2_second', 'ALTER TABLE plants ADD COLUMN name text;');
    expect(await applied()).toBe(false);
    const results = await Promise.all([migrate(), migrate(), migrate()]);
    expect(results.flat().sort()).toEqual(['1_first', '2_second']);
    expect(await applied()).toBe(true);
    expect(await query('SELECT * FROM plants')).toEqual([{ id: 1, name: null }]);
    expect(
      await query('SELECT migration_name, applied_steps_count FROM _prisma_migrations ORDER BY 1'),
    ).toEqual([
      { migration_name: '1_first', applied_steps_count: 1 },
      { migration_name: '2_second', applied_steps_count: 1 },
    ]);
  });

  it('rolls back a file that fails, and applies it once it is corrected', async () => {
    migration('3_third', 'CREATE TABLE pots (id int); CREATE TABLE nonsense (id nothing);');
    await expect(migrate()).rejects.toThrow('3_third failed and was rolled back');
    expect(await query(`SELECT to_regclass('pots') AS found`)).toEqual([{ found: null }]);
    expect(await applied()).toBe(false);
    migration('3_third', 'CREATE TABLE pots (id int);');
    expect(await migrate()).toEqual(['3_third']);
  });

  it('refuses a file that was changed after it was applied', async () => {
    migration('1_first', 'CREATE TABLE plants (id bigint PRIMARY KEY);');
    await expect(migrate()).rejects.toThrow('1_first was changed after it was applied');
  });
});

describe('testStores', () => {
  it('gives two files stores that do not see each other', async () => {
    const other = await testStores('none-of-the-services');
    const [mine, theirs] = [new Redis(stores.redisUrl), new Redis(other.redisUrl)];
    try {
      await mine.set('leaf', 'green');
      expect(await theirs.get('leaf')).toBeNull();
      expect(other.postgresUrl).not.toBe(stores.postgresUrl);
      expect(other.mongodbUrl).not.toBe(stores.mongodbUrl);
    } finally {
      mine.disconnect();
      theirs.disconnect();
      await other.close();
    }
  });

  it('gives a MongoDB with transactions', async () => {
    const client = new MongoClient(stores.mongodbUrl);
    try {
      const plants = client.db().collection<{ _id: number }>('plants');
      await plants.insertOne({ _id: 1 });
      await expect(
        client.withSession((session) =>
          session.withTransaction(async () => {
            await plants.insertOne({ _id: 2 }, { session });
            throw new Error('no');
          }),
        ),
      ).rejects.toThrow('no');
      expect(await plants.countDocuments()).toBe(1);
    } finally {
      await client.close();
    }
  });

  it('fails on a connection that was left open', async () => {
    await waitFor(() => openConnections(stores), { until: ({ redis }) => redis === 0 });
    await expectNoLeaks(stores);
    const forgotten = new pg.Client({ connectionString: stores.postgresUrl });
    await forgotten.connect();
    await expect(expectNoLeaks(stores)).rejects.toThrow('last value: { postgres: 1, redis: 0 }');
    await forgotten.end();
  });
});

describe('events', () => {
  it('waits for events of a stream that were published as a relay publishes them', async () => {
    const redis = new Redis(stores.redisUrl);
    try {
      const [one, other] = [eventOf('order.placed'), eventOf('order.placed', { number: 'N-2' })];
      const seen = waitForEvents(redis, 'orders_stream', { keys: [other.key], type: 'order.placed' });
      await publishEvents(redis, one, other, eventOf('stock.committed', { orderId: other.key }));
      expect(await seen).toMatchObject([{ id: other.id, payload: { ...other.payload, number: 'N-2' } }]);
      expect(await eventsIn(redis, 'inventory_stream')).toMatchObject([{ key: other.key }]);
    } finally {
      redis.disconnect();
    }
  });

  it.each(Object.keys(events) as EventName[])('makes a %s that its schema accepts', (type) => {
    const event = eventOf(type);
    expect(events[type].payload.parse(event.payload)).toEqual(event.payload);
    expect(event.key).toBe(keyOf(event));
  });
});

describe('waiting', () => {
  it('reports the last value when its time is over', async () => {
    let n = 0;
    const wait = waitFor(() => ({ n: (n += 1) }), { until: () => false, what: 'more', timeout: 50 });
    await expect(wait).rejects.toThrow(/^Waited 50 ms for more without success; last value: \{ n: \d+ \}$/);
    const throwing = () => Promise.reject(new Error('away'));
    await expect(waitFor(throwing, { timeout: 1 })).rejects.toThrow('last value: away');
  });
});
