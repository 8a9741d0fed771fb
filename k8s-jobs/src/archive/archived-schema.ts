import path from 'node:path';
import type pg from 'pg';
import {
  appliedChecksums,
  applyMigration,
  type Migration,
  MIGRATIONS_LOCK,
  MIGRATIONS_TABLE,
  readMigrations,
} from '@bramble/service-kit/stores/migrate';
import { grantRows } from '../shared/grant-rows';

/** Writes the statements that drop all tables, routines and types of a database, except those of an extension. */
const DROPS = `
  SELECT format('DROP TABLE %I CASCADE', c.relname) AS statement FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('DROP ROUTINE %s CASCADE', p.oid::regprocedure) FROM pg_proc p
  WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('DROP TYPE %s CASCADE', t.oid::regtype) FROM pg_type t
  WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')`;

/** The names of the migrations that a database has, in their order. */
export async function appliedMigrations(client: pg.Client): Promise<string[]> {
  return [...(await appliedChecksums(client)).keys()].sort();
}

/**
 * The schema of a database while an archive is put back, in the transaction of the caller. Rows get into the schema from
 * which they were read, and the migrations since then change them as they change the rows of a shop that is upgraded: a
 * younger table gets the first rows that its migration gives it, and younger columns the values.
 */
export function archivedSchema(
  client: pg.Client,
  { database, migrationsDir }: { database: string; migrationsDir: string },
) {
  let younger: Migration[] = [];

  /** Makes the schema that `archived` migrations make; refuses an archive with a migration that this release lacks. */
  async function begin(archived: readonly string[]): Promise<void> {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATIONS_LOCK]);
    const applied = await appliedMigrations(client);
    const isSame = applied.length === archived.length && archived.every((name) => applied.includes(name));
    const known = await readMigrations(path.join(migrationsDir, database));
    younger = known.filter(({ name }) => !archived.includes(name));
    if (isSame) return;
    const missing = archived.filter((name) => !known.some((migration) => migration.name === name));
    if (missing.length > 0)
      throw new Error(
        `the archive's ${database} is newer than this release (${missing.join(', ')}): install the release that wrote it, restore, then change the release.`,
      );
    const { rows } = await client.query<{ statement: string }>(DROPS);
    for (const { statement } of rows) await client.query(statement);
    await client.query(MIGRATIONS_TABLE);
    for (const migration of known)
      if (archived.includes(migration.name)) await applyMigration(client, migration);
  }

  /** Applies the migrations since the archive, so that the schema is this release's; then grants the service's user its rights. */
  async function finish(): Promise<void> {
    for (const migration of younger) await applyMigration(client, migration);
    const { rows } = await client.query<{ owner: boolean }>('SELECT current_user = $1 AS owner', [
      `${database}_owner`,
    ]);
    if (rows[0]?.owner === true) await grantRows(client, database);
  }

  return { begin, finish };
}
