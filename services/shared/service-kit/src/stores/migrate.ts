import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { retry } from '../runtime/clock';

export interface MigrateOptions {
  /** A URL of the database, with the role that shall own the tables. */
  url: string;
  /** The folder of `<name>/migration.sql` files, applied in the order of their names. */
  migrationsDir: string;
  log?: (line: string) => void;
  /** Seconds to wait for a server that does not answer. */
  waitMs?: number;
}

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

// The table of Prisma's migration engine, so that Prisma's tools see which migrations were applied.
export const MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;
/** The number of the advisory lock that Prisma takes for migrations. */
export const MIGRATIONS_LOCK = 72_707_369;
/** The delay between two tries to connect, in ms. */
const PAUSE_MS = 250;

/**
 * Applies missing migrations, each file in one transaction together with its row, under an advisory lock, so that
 * concurrent callers are safe. Returns the names that were applied. Throws when an applied file was changed, and with
 * the file's name when its SQL fails.
 */
export async function migratePostgres(options: MigrateOptions): Promise<string[]> {
  const { migrationsDir, log = () => undefined } = options;
  const migrations = await readMigrations(migrationsDir);
  const client = await connect(options.url, options.waitMs ?? 30_000);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATIONS_LOCK]);
    await client.query(MIGRATIONS_TABLE);
    const applied = await appliedChecksums(client);
    const pending: string[] = [];
    for (const migration of migrations) {
      const checksum = applied.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration);
        log(`applied ${migration.name}`);
        pending.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new Error(`The migration ${migration.name} was changed after it was applied to this database.`);
      }
    }
    return pending;
  } finally {
    // Ending the session releases the lock, even when the connection failed.
    await client.end().catch(() => undefined);
  }
}

/**
 * True when the database has every migration of the folder; false while some or the table are missing. For a service or
 * an init container that waits: throws only when the server does not answer.
 */
export async function migrationsApplied(
  options: Pick<MigrateOptions, 'url' | 'migrationsDir'>,
): Promise<boolean> {
  const migrations = await readMigrations(options.migrationsDir);
  const client = await connect(options.url, 0);
  try {
    const { rows } = await client.query<{ found: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
    );
    if (!rows[0]?.found) return false;
    const applied = await appliedChecksums(client);
    return migrations.every(({ name }) => applied.has(name));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The migrations of a folder, in the order in which they are applied. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

const connect = (url: string, waitMs: number): Promise<pg.Client> =>
  retry(
    async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.end().catch(() => undefined);
        throw error;
      }
    },
    { ms: waitMs, wait: () => PAUSE_MS },
  );

/** The migrations that a database has, by name, with their checksums. */
export async function appliedChecksums(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await applyMigration(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Applies a migration together with its row, in the transaction of the caller. */
export async function applyMigration(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The migration ${name} failed and was rolled back: ${reason}`, { cause: error });
  }
}
