import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { migratePostgres } from '@bramble/service-kit/stores/migrate';

/** The stores of one test file: empty, migrated, and not shared. */
export interface TestStores {
  /** A database of its own, cloned from the migrated template of the service; empty when it has no migrations. */
  postgresUrl: string;
  /** The name of a database of its own. */
  mongodbUrl: string;
  /** A logical database of its own, empty. Publish/subscribe is shared by the whole server. */
  redisUrl: string;
  /** Drops the stores. Call it in afterAll, after the service was stopped. */
  close(): Promise<void>;
}

interface SharedStores {
  postgresUrl: string;
  mongodbUrl: string;
  redisUrl: string;
}

/** The number of an advisory lock that no other code takes on the test server. */
const TEMPLATE_LOCK = 5_150_001;

/** The servers that jest started for this run, with administrator rights. Throws outside the integration project. */
export function sharedStores(): SharedStores {
  const text = process.env['BRAMBLE_TEST_STORES'];
  if (!text)
    throw new Error('No stores: name the file *.int.test.ts, so that it runs in the integration project.');
  return JSON.parse(text) as SharedStores;
}

/**
 * Creates the stores of a test file. `service` is the folder whose `prisma/migrations` the PostgreSQL database has (it
 * is empty without migrations).
 */
export async function testStores(service: string): Promise<TestStores> {
  const shared = sharedStores();
  const name = `test_${identifier(service)}_${randomBytes(6).toString('hex')}`;
  const [postgresUrl, redis] = await Promise.all([
    cloneDatabase(shared.postgresUrl, service, name),
    assignRedis(shared.redisUrl),
  ]);
  const mongodbUrl = withDatabase(shared.mongodbUrl, name);
  return {
    postgresUrl,
    mongodbUrl,
    redisUrl: redis,
    async close() {
      await Promise.all([
        asAdmin(shared.postgresUrl, (sql) => sql.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
        dropMongo(mongodbUrl, name),
        flush(redis),
      ]);
    },
  };
}

/** A service's name as part of a database name that needs no quotes. */
const identifier = (service: string): string => service.replaceAll('-', '_');

/** The URL of another database on the same server. */
function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

async function cloneDatabase(adminUrl: string, service: string, name: string): Promise<string> {
  const migrationsDir = path.join(process.cwd(), 'services', service, 'prisma', 'migrations');
  await asAdmin(adminUrl, async (sql) => {
    if (!existsSync(migrationsDir)) {
      await sql.query(`CREATE DATABASE ${name}`);
      return;
    }
    const template = `template_${identifier(service)}_${hashOf(migrationsDir)}`;
    // The lock is held during the clone too: a template cannot be copied while another file migrates or copies it.
    await sql.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await sql.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (!rowCount) await makeTemplate(sql, adminUrl, template, migrationsDir);
    await sql.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return withDatabase(adminUrl, name);
}

async function makeTemplate(
  sql: pg.Client,
  adminUrl: string,
  template: string,
  migrationsDir: string,
): Promise<void> {
  const draft = `${template}_draft`;
  await sql.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await sql.query(`CREATE DATABASE ${draft}`);
  await migratePostgres({ url: withDatabase(adminUrl, draft), migrationsDir });
  await sql.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

function hashOf(migrationsDir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(migrationsDir).sort()) {
    const file = path.join(migrationsDir, name, 'migration.sql');
    if (existsSync(file)) hash.update(name).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

async function asAdmin(url: string, work: (sql: pg.Client) => Promise<unknown>): Promise<void> {
  const sql = new pg.Client({ connectionString: url });
  sql.on('error', () => undefined);
  await sql.connect();
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

async function dropMongo(url: string, name: string): Promise<void> {
  const client = new MongoClient(url);
  try {
    await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}

/** Test files take the logical databases in turn; the first one holds the counter. */
async function assignRedis(url: string): Promise<string> {
  const admin = new Redis(url);
  try {
    const [, count] = (await admin.config('GET', 'databases')) as [string, string];
    const index = await admin.incr('test-kit:databases');
    const database = withDatabase(url, String(1 + (index % (Number(count) - 1))));
    await flush(database);
    return database;
  } finally {
    admin.disconnect();
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushdb();
  } finally {
    redis.disconnect();
  }
}
