import type pg from 'pg';
import { appliedMigrations, archivedSchema } from './archived-schema';
import type { Line } from './lines';
import { type Adjust, adjustments } from './restored-rows';

const FETCH = 500;
/** The bytes of rows in one write: with long rows, fewer than 500 rows. */
const WAITING_LENGTH = 4 * 1024 * 1024;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Reads every table's rows from one snapshot, referenced tables before those that refer to them. */
export async function* savePostgres(client: pg.Client, database: string): AsyncGenerator<Line> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    yield { postgres: database, migrations: await appliedMigrations(client) };
    for (const table of await tablesInOrder(client)) {
      const columns = await columnsOf(client, table);
      yield { table, columns };
      const list = columns.map(quoted).join(', ');
      await client.query(
        `DECLARE saved NO SCROLL CURSOR FOR SELECT row_to_json(r)::text AS content FROM (SELECT ${list} FROM ${quoted(table)}) r`,
      );
      for (;;) {
        const { rows } = await client.query<{ content: string }>(`FETCH ${FETCH} FROM saved`);
        yield* rows;
        if (rows.length < FETCH) break;
      }
      await client.query('CLOSE saved');
    }
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Replaces a database's rows in one transaction; `migrationsDir` as in `archivedSchema`. */
export function restorePostgres(
  client: pg.Client,
  {
    archivedAt,
    asNewShop,
    ...of
  }: { database: string; migrationsDir: string; archivedAt: Date; asNewShop: boolean },
) {
  const schema = archivedSchema(client, of);
  const archived = { at: archivedAt, tables: new Set<string>(), asNewShop };
  let adjust: Adjust | undefined;
  let current: { name: string; columns: readonly string[] } | undefined;
  let waiting: string[] = [];
  let length = 0;
  async function flush(): Promise<void> {
    if (current === undefined || waiting.length === 0) return;
    const columns = current.columns.map(quoted).join(', ');
    await client.query(
      `INSERT INTO ${quoted(current.name)} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM json_populate_recordset(NULL::${quoted(current.name)}, $1::json)`,
      [`[${waiting.join(',')}]`],
    );
    waiting = [];
    length = 0;
  }

  async function begin(migrations: readonly string[]): Promise<void> {
    await client.query('BEGIN');
    adjust = await adjustments[of.database]?.(client);
    await schema.begin(migrations);
    const tables = await tablesInOrder(client);
    // First the triggers: one of the audit log refuses to be emptied.
    for (const name of tables) await client.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
    if (tables.length > 0) await client.query(`TRUNCATE ${tables.map(quoted).join(', ')}`);
  }

  async function table(name: string, columns: readonly string[]): Promise<void> {
    await flush();
    archived.tables.add(name);
    current = { name, columns };
  }

  async function row(content: string): Promise<void> {
    waiting.push(content);
    length += content.length;
    if (waiting.length >= FETCH || length >= WAITING_LENGTH) await flush();
  }

  /** Answers what `adjustments` did. */
  async function commit(): Promise<Readonly<Record<string, number>>> {
    await flush();
    for (const name of await tablesInOrder(client)) {
      await client.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
      await advanceSequences(client, name);
    }
    await schema.finish();
    const adjusted = await adjust?.(archived);
    await client.query('COMMIT');
    return adjusted ?? {};
  }

  return { begin, table, row, commit };
}

async function tablesInOrder(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; needs: string[] }>(`
    SELECT c.relname AS name, array_remove(array_agg(DISTINCT f.relname::text), NULL) AS needs
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid
    LEFT JOIN pg_class f ON f.oid = k.confrelid
    WHERE c.relkind = 'r' AND c.relname <> '_prisma_migrations' GROUP BY 1 ORDER BY 1`);
  const order: string[] = [];
  const visit = (name: string, above: readonly string[]): void => {
    if (order.includes(name) || above.includes(name)) return;
    for (const needed of rows.find((row) => row.name === name)?.needs ?? []) visit(needed, [...above, name]);
    order.push(name);
  };
  for (const { name } of rows) visit(name, []);
  return order;
}

async function columnsOf(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ attname: string }>(
    `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [quoted(table)],
  );
  return rows.map((row) => row.attname);
}

/** The restored rows contain ids of sequences, so each sequence must continue after the highest one. */
async function advanceSequences(client: pg.Client, table: string): Promise<void> {
  for (const column of await columnsOf(client, table)) {
    const { rows } = await client.query<{ sequence: string | null }>(
      'SELECT pg_get_serial_sequence($1, $2) AS sequence',
      [quoted(table), column],
    );
    const sequence = rows[0]?.sequence;
    if (!sequence) continue;
    await client.query(
      `SELECT setval($1::regclass, greatest((SELECT max(${quoted(column)}) FROM ${quoted(table)}), 1),
                     EXISTS (SELECT 1 FROM ${quoted(table)}))`,
      [sequence],
    );
  }
}
