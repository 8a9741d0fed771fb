import type pg from 'pg';

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
}
