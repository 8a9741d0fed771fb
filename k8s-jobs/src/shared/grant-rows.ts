import type pg from 'pg';

/** Tables to which rows may only be added: their migration says so in the table's comment. */
const APPEND_ONLY = `SELECT quote_ident(relname) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND relkind = 'r' AND obj_description(oid, 'pg_class') LIKE 'append-only%'`;

/**
 * Grants the user of a service's database access to the rows of every table, existing or future. The owner and the
 * administrator may both run it; the first Job to come does, so that their order does not matter.
 */
export async function grantRows(client: pg.Client, name: string): Promise<void> {
  const rows = 'SELECT, INSERT, UPDATE, DELETE';
  for (const statement of [
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${name}_owner`,
    `GRANT USAGE ON SCHEMA public TO ${name}`,
    `GRANT ${rows} ON ALL TABLES IN SCHEMA public TO ${name}`,
    `GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO ${name}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${name}_owner IN SCHEMA public GRANT ${rows} ON TABLES TO ${name}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${name}_owner IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ${name}`,
  ]) {
    await client.query(statement);
  }
  const { rows: appendOnly } = await client.query<{ name: string }>(APPEND_ONLY);
  for (const table of appendOnly)
    await client.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${table.name} FROM ${name}`);
}
