import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Binary, Long, MongoClient, ObjectId } from 'mongodb';
import pg from 'pg';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { linkMigrations } from '@bramble/test-kit/link-migrations';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { unseal } from '../src/archive/sealed';
import { backup } from '../src/backup';
import { restore } from '../src/restore';
import { configOf } from '../src/shared/job';
import { sealFormerly } from './former-archive';

const log = createLogger('test', 'silent');
let stores: TestStores;
let sql: pg.Client;
let mongo: MongoClient;
let env: Record<string, string>;

beforeAll(async () => {
  stores = await testStores('orders');
  sql = new pg.Client({ connectionString: stores.postgresUrl });
  await sql.connect();
  mongo = await new MongoClient(stores.mongodbUrl).connect();
  const folder = mkdtempSync(path.join(tmpdir(), 'backup-'));
  mkdirSync(path.join(folder, 'secrets', 'shop-internal'), { recursive: true });
  writeFileSync(path.join(folder, 'secrets', 'shop-internal', 'token-key'), 'a key that opens');
  mkdirSync(path.join(folder, 'archives'));
  env = {
    BACKUP_DIR: path.join(folder, 'archives'),
    BACKUP_PASSPHRASE: 'a passphrase for this test',
    POSTGRES_DATABASES: 'orders',
    ORDERS_DATABASE_URL: stores.postgresUrl,
    MONGODB_DATABASES: 'catalog',
    CATALOG_MONGODB_URL: stores.mongodbUrl,
    SECRETS_DIR: path.join(folder, 'secrets'),
    RELEASE: 'shop',
    NAMESPACE: 'market',
    MIGRATIONS_DIR: linkMigrations(path.join(folder, 'migrations')),
    RESTORE_FROM: 'latest',
    REDIS_EVENTS_URL: stores.redisUrl,
  };
});
afterAll(async () => {
  await sql.end();
  await mongo.close();
  await stores.close();
});

const runBackup = () => backup.run(configOf(backup, env), log);
const runRestore = () => restore.run(configOf(restore, env), log);

const CART = `INSERT INTO carts (owner) VALUES ('user:1'), ('guest:2')`;
const OUTBOX = `INSERT INTO outbox (id, stream, key, type, occurred_at, correlation_id, payload)
  VALUES (gen_random_uuid(), 'orders_stream', 'k', 'order.placed', '2026-01-02T03:04:05.678901Z', 'c',
          '{"big": 9007199254740993, "text": "it''s \\"quoted\\" \\\\ and ü"}')`;

async function tables(): Promise<unknown> {
  const read = async (query: string) => (await sql.query<{ row: string }>(query)).rows.map(({ row }) => row);
  return {
    carts: await read('SELECT c::text AS row FROM carts c ORDER BY 1'),
    outbox: await read('SELECT o::text AS row FROM outbox o ORDER BY seq'),
  };
}
async function documents(): Promise<unknown> {
  const products = mongo.db().collection('products');
  return {
    documents: await products.find({}, { promoteValues: false, sort: { _id: 1 } }).toArray(),
    indexes: (await products.indexes()).sort((a, b) => String(a.name).localeCompare(String(b.name))),
    found: await products.countDocuments({ $text: { $search: 'kite' } }),
  };
}

it('puts back every row, document and index as it was, and what came later is gone', async () => {
  await sql.query(CART);
  await sql.query(OUTBOX);
  const products = mongo.db().collection('products');
  await products.createIndex(
    { title: 'text', category: 'text' },
    { name: 'text', weights: { title: 10, category: 4 } },
  );
  await products.createIndex({ price: -1 }, { name: 'price', partialFilterExpression: { live: true } });
  await products.insertMany([
    {
      title: 'a kite',
      price: Long.fromString('9007199254740993'),
      at: new Date(1),
      raw: new Binary(Buffer.from([0, 255])),
    },
    { _id: new ObjectId(), title: 'a top', nested: { list: [1, 2.5, null] } },
  ]);
  const before = { sql: await tables(), mongo: await documents() };
  const { archive } = await runBackup();

  await sql.query(`DELETE FROM carts; INSERT INTO carts (owner) VALUES ('user:later')`);
  await sql.query(OUTBOX);
  await products.drop();
  await mongo.db().collection('later').insertOne({ title: 'not in the archive' });
  expect(await runRestore()).toMatchObject({ archive });

  expect({ sql: await tables(), mongo: await documents() }).toEqual(before);
  expect(await mongo.db().collection('later').countDocuments()).toBe(0);
  // The next row gets a number that none of those that came back has.
  await sql.query(OUTBOX);
  const { rows } = await sql.query<{ count: string }>('SELECT count(DISTINCT seq) AS count FROM outbox');
  expect(rows[0]?.count).toBe('2');
});

it('does the same a second time', async () => {
  await runBackup();
  const before = { sql: await tables(), mongo: await documents() };
  await runRestore();
  await runRestore();
  expect({ sql: await tables(), mongo: await documents() }).toEqual(before);
});

it('shows neither rows nor Secrets without the passphrase, and changes nothing with a wrong one', async () => {
  const { archive } = await runBackup();
  const bytes = readFileSync(path.join(env['BACKUP_DIR'] ?? '', String(archive)));
  for (const secret of ['a key that opens', 'guest:2', Buffer.from('a key that opens').toString('base64')]) {
    expect(bytes.includes(secret)).toBe(false);
  }
  const before = await tables();
  env['BACKUP_PASSPHRASE'] = 'another';
  await expect(runRestore()).rejects.toThrow('the passphrase is wrong');
  env['BACKUP_PASSPHRASE'] = 'a passphrase for this test';
  expect(await tables()).toEqual(before);
});

it('puts back an archive that an earlier release sealed', async () => {
  const { archive } = await runBackup();
  const before = { sql: await tables(), mongo: await documents() };
  const file = path.join(env['BACKUP_DIR'] ?? '', String(archive));
  const chunks: Uint8Array[] = [];
  const passphrase = env['BACKUP_PASSPHRASE'] ?? '';
  for await (const chunk of unseal(passphrase, createReadStream(file))) chunks.push(chunk);
  // Its name sorts after every other, so that it is the latest.
  const former = 'bramble-99991231T235959Z.bak';
  writeFileSync(path.join(env['BACKUP_DIR'] ?? '', former), sealFormerly(passphrase, Buffer.concat(chunks)));
  await sql.query('DELETE FROM carts');
  expect(await runRestore()).toMatchObject({ archive: former });
  expect({ sql: await tables(), mongo: await documents() }).toEqual(before);
  rmSync(path.join(env['BACKUP_DIR'] ?? '', former));
});

it('refuses an archive whose schema is newer than the database, before it touches a row', async () => {
  await sql.query(CART.replace('user:1', 'user:9').replace('guest:2', 'guest:9'));
  await sql.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '9999_future', now())`,
  );
  await runBackup();
  await sql.query(`DELETE FROM _prisma_migrations WHERE migration_name = '9999_future'`);
  const before = await tables();
  await expect(runRestore()).rejects.toThrow('newer than this release (9999_future)');
  expect(await tables()).toEqual(before);
});

it('keeps as many archives as BACKUP_KEEP says', async () => {
  env['BACKUP_KEEP'] = '2';
  await runBackup();
  expect(readdirSync(env['BACKUP_DIR'] ?? '')).toHaveLength(2);
});
