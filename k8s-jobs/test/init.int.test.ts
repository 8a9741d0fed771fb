import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { sharedStores } from '@bramble/test-kit/stores';
import { initUsers } from '../src/init-users';
import { migrate } from '../src/migrate';
import { configOf } from '../src/shared/job';
import { wait } from '../src/wait';

const log = createLogger('test', 'silent');
/** Roles and databases belong to the whole server: a name of its own. */
const NAME = `jobs${process.pid}`;
const VARIABLE = `${NAME.toUpperCase()}_DATABASE_URL`;
let admin: pg.Client;
/** Holds `<database>/0001_goods`, as the jobs' image does. */
let migrations: string;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: sharedStores().postgresUrl });
  await admin.connect();
  migrations = mkdtempSync(path.join(tmpdir(), 'migrations-'));
  addMigration('0001_goods', 'CREATE TABLE goods (id bigint GENERATED ALWAYS AS IDENTITY, name text);');
});
afterAll(async () => {
  await admin.query(`DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`);
  for (const role of [NAME, `${NAME}_owner`]) await admin.query(`DROP ROLE IF EXISTS ${role}`);
  await admin.end();
});

function addMigration(name: string, sql: string): void {
  mkdirSync(path.join(migrations, NAME, name), { recursive: true });
  writeFileSync(path.join(migrations, NAME, name, 'migration.sql'), sql);
}

function address(user?: string, password?: string): string {
  const url = new URL(sharedStores().postgresUrl);
  url.pathname = `/${NAME}`;
  if (user !== undefined) [url.username, url.password] = [user, password ?? ''];
  return url.toString();
}

const initialise = (password: string) =>
  initUsers.run(
    configOf(initUsers, {
      POSTGRES_ADMIN_URL: sharedStores().postgresUrl,
      POSTGRES_DATABASES: NAME,
      [`POSTGRES_${NAME.toUpperCase()}_PASSWORD`]: password,
    }),
    log,
  );
const migrateNow = () =>
  migrate.run(
    configOf(migrate, {
      POSTGRES_DATABASES: NAME,
      MIGRATIONS_DIR: migrations,
      [VARIABLE]: `${address()}?options=-c%20role%3D${NAME}_owner`,
    }),
    log,
  );
const waitFor = (password: string, folder: string) =>
  wait.run(
    configOf(wait, {
      WAIT_SECONDS: '1',
      MIGRATIONS_DIR: folder,
      JOBS_DATABASE_URL: address(NAME, password),
    }),
    log,
  );

async function asService<T>(password: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: address(NAME, password) });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

it('takes a service from an empty server to a database where it may write rows and nothing else', async () => {
  expect(await initialise('first')).toMatchObject({ created: 3 });
  await expect(waitFor('first', path.join(migrations, NAME))).rejects.toThrow(
    'the schema is older than this image',
  );
  expect(await migrateNow()).toEqual({ applied: { [NAME]: 1 } });
  await waitFor('first', path.join(migrations, NAME));
  await asService('first', async (client) => {
    await client.query(`INSERT INTO goods (name) VALUES ('kite')`);
    await expect(client.query('CREATE TABLE mine (id int)')).rejects.toThrow('permission denied');
    await expect(client.query('DROP TABLE goods')).rejects.toThrow('must be owner');
    await expect(client.query('ALTER TABLE goods ADD COLUMN price int')).rejects.toThrow('must be owner');
  });

  // Again: nothing changes.
  expect(await initialise('first')).toMatchObject({ created: 0 });
  expect(await migrateNow()).toEqual({ applied: { [NAME]: 0 } });

  // A new password is taken on, and the old one no longer opens.
  await initialise('second');
  await expect(asService('first', () => Promise.resolve())).rejects.toThrow();
  const names = await asService('second', (client) => client.query('SELECT name FROM goods'));
  expect(names.rows).toEqual([{ name: 'kite' }]);

  // A release later: rows of the new table are the service's, and the older image still passes.
  addMigration('0002_shelves', 'CREATE TABLE shelves (id int);');
  expect(await migrateNow()).toEqual({ applied: { [NAME]: 1 } });
  await asService('second', (client) => client.query('INSERT INTO shelves VALUES (1)'));
  await waitFor('second', mkdtempSync(path.join(tmpdir(), 'older-')));
});

it('grants the rows of tables that were there before the users were', async () => {
  await admin.query(`DROP DATABASE ${NAME} WITH (FORCE)`);
  for (const role of [NAME, `${NAME}_owner`]) await admin.query(`DROP ROLE ${role}`);
  await admin.query(`CREATE DATABASE ${NAME}`);
  const client = new pg.Client({ connectionString: address() });
  await client.connect();
  await client.query('CREATE TABLE goods (name text)');
  await client.query('CREATE TABLE acts (name text)');
  await client.query(`COMMENT ON TABLE acts IS 'append-only: for this test'`);
  await client.end();
  await initialise('third');
  await asService('third', (service) => service.query(`INSERT INTO goods (name) VALUES ('top')`));
  await asService('third', (service) => service.query(`INSERT INTO acts (name) VALUES ('lent')`));
  for (const statement of [`UPDATE acts SET name = 'sold'`, 'DELETE FROM acts', 'TRUNCATE acts'])
    await expect(asService('third', (service) => service.query(statement))).rejects.toThrow(
      'permission denied',
    );
});
