import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { migratePostgres } from '@bramble/service-kit/stores/migrate';
import { schemaDifference } from './engine';

export interface NewMigrationOptions {
  /** Holds `schema.prisma` and `migrations/`. */
  prismaDir: string;
  /** What the migration does, in small letters, digits and underscores. */
  name: string;
  /** A server on which a database can be made, with rights to do so. */
  adminUrl: string;
  now: Date;
}

export interface NewMigration {
  file: string;
  sql: string;
  /** What is dangerous about it, a sentence each. */
  warnings: string[];
}

/**
 * Writes the migration that leads from what the migrations give to what schema.prisma says. Undefined when there is no
 * difference. No file that exists is touched. Throws a sentence for a person.
 */
export async function newMigration(options: NewMigrationOptions): Promise<NewMigration | undefined> {
  const { prismaDir, name, adminUrl, now } = options;
  const migrationsDir = path.join(prismaDir, 'migrations');
  const folder = folderFor(name, now, readdirSync(migrationsDir).sort());
  const schema = readFileSync(path.join(prismaDir, 'schema.prisma'), 'utf8');
  const sql = await withDatabase(adminUrl, async (url) => {
    await migratePostgres({ url, migrationsDir });
    return schemaDifference(url, schema);
  });
  if (sql === '') return undefined;
  const file = path.join(migrationsDir, folder, 'migration.sql');
  mkdirSync(path.dirname(file));
  writeFileSync(file, sql, { flag: 'wx' });
  return { file, sql, warnings: warningsOf(sql) };
}

function folderFor(name: string, now: Date, known: readonly string[]): string {
  if (!/^[a-z][a-z0-9_]{2,59}$/.test(name))
    throw new Error(`"${name}" is no name: use small letters, digits and underscores, as in add_gift_note.`);
  const same = known.find((folder) => folder.replace(/^\d+_/, '') === name);
  if (same !== undefined) throw new Error(`The migration ${same} has this name already.`);
  const folder = `${now.toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
  const last = known.at(-1);
  if (last !== undefined && last > folder)
    throw new Error(
      `${folder} would run before ${last}, which is there already: look at this machine's clock.`,
    );
  return folder;
}

/** Runs `work` on an empty database that is gone afterwards. */
async function withDatabase<T>(adminUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const database = `new_migration_${randomBytes(6).toString('hex')}`;
  try {
    await admin.query(`CREATE DATABASE ${database}`);
    const url = new URL(adminUrl);
    url.pathname = `/${database}`;
    return await work(url.toString());
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.end();
  }
}

const dangers: readonly (readonly [RegExp, string])[] = [
  [/\bDROP (?:TABLE|COLUMN)\b/, 'It deletes data. Do so a release after the code stopped using it.'],
  [
    /\bADD COLUMN\s+"[^"]+"(?:(?!\bDEFAULT\b)[^,;])*\bNOT NULL(?:(?!\bDEFAULT\b)[^,;])*[,;]/,
    'It adds a column that must have a value and has no default, which fails on a table with rows.',
  ],
  [
    /\bDROP NOT NULL\b|\bSET DATA TYPE\b/,
    'It changes a column under code that is running. Add another column, and drop the old one a release later.',
  ],
];

const warningsOf = (sql: string): string[] =>
  dangers.filter(([pattern]) => pattern.test(sql)).map(([, sentence]) => sentence);
