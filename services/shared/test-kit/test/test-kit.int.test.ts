import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { migratePostgres, migrationsApplied } from '@bramble/service-kit/stores/migrate';
import { expectNoLeaks } from '../src/leaks';
import { testStores, type TestStores } from '../src/stores';
import { waitFor } from '../src/wait-for';
import { waitForEvent } from '../src/wait-for-event';

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

  it('leaves nothing behind of a file that fails, and goes on once it is mended', async () => {
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

  it('offers a MongoDB that knows transactions', async () => {
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

  it('notices a connection that was left open', async () => {
    await waitFor(async () =>
      (await import('../src/leaks')).openConnections(stores).then((o) => o.redis === 0),
    );
    await expectNoLeaks(stores);
    const forgotten = new pg.Client({ connectionString: stores.postgresUrl });
    await forgotten.connect();
    await expect(expectNoLeaks(stores)).rejects.toThrow('still open: {"postgres":1,"redis":0}');
    await forgotten.end();
  });
});

it('waits for an event in a stream', async () => {
  const redis = new Redis(stores.redisUrl);
  try {
    const seen = waitForEvent(redis, 'orders_stream', (event) => event.key === 'b');
    for (const key of ['a', 'b']) {
      await redis.xadd(
        'orders_stream',
        '*',
        'id',
        `id-${key}`,
        'type',
        'order.placed',
        'key',
        key,
        'payload',
        '{"n":1}',
      );
    }
    expect(await seen).toMatchObject({ id: 'id-b', type: 'order.placed', payload: { n: 1 } });
  } finally {
    redis.disconnect();
  }
});
