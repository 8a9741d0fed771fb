import type pg from 'pg';

interface Archived {
  at: Date;
  /** The tables that the archive has. */
  tables: ReadonlySet<string>;
}
/** Changes rows that were put back, in the transaction of the restore. */
export type Adjust = (archived: Archived) => Promise<void>;

/**
 * By database: what a restore changes in rows that it put back, because the world outside went on after the archive was
 * written. Each is called before the rows are replaced.
 */
export const adjustments: Readonly<Record<string, (client: pg.Client) => Promise<Adjust>>> = { payments };

/** Payments compares the captures since the archive with its own, also when the archive is older than that comparison. */
async function payments(client: pg.Client): Promise<Adjust> {
  const { rows: found } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('charge_checks') IS NOT NULL AS found`,
  );
  const replaced =
    found[0]?.found === true
      ? (await client.query<{ id: string }>('SELECT shop_id AS id FROM charge_checks')).rows[0]
      : undefined;
  return async (archived) => {
    await client.query('INSERT INTO charge_checks DEFAULT VALUES ON CONFLICT DO NOTHING');
    await client.query('UPDATE charge_checks SET checked_until = least(checked_until, $1)', [archived.at]);
    // The captures to find carry the id that the shop had when it made them.
    if (replaced && !archived.tables.has('charge_checks'))
      await client.query('UPDATE charge_checks SET shop_id = $1', [replaced.id]);
  };
}
