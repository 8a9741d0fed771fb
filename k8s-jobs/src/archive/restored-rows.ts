import type pg from 'pg';

interface Archived {
  at: Date;
  /** The tables that the archive has. */
  tables: ReadonlySet<string>;
  /** The shop that is made from the archive is another one than that which wrote it. */
  asNewShop: boolean;
}
/** Changes rows that were put back, in the transaction of the restore. Answers what it did, for the summary line. */
export type Adjust = (archived: Archived) => Promise<Readonly<Record<string, number>>>;

/**
 * By database: what a restore changes in rows that it put back, because the world outside went on after the archive was
 * written. Each is called before the rows are replaced.
 */
export const adjustments: Readonly<Record<string, (client: pg.Client) => Adjust | Promise<Adjust>>> = {
  payments,
  users,
};

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
    if (archived.asNewShop) {
      // The captures since the archive are those of the shop that wrote it.
      await client.query(
        'UPDATE charge_checks SET shop_id = gen_random_uuid(), checked_until = now(), restored_at = NULL',
      );
      return {};
    }
    await client.query(
      'UPDATE charge_checks SET checked_until = least(checked_until, $1), restored_at = now()',
      [archived.at],
    );
    // The captures to find carry the id that the shop had when it made them.
    if (replaced && !archived.tables.has('charge_checks'))
      await client.query('UPDATE charge_checks SET shop_id = $1', [replaced.id]);
    return {};
  };
}

/**
 * A session that ended since the archive, a link that was used and a signing key that was revoked would be good again, and
 * nothing says which. So every session and link ends, and users makes new keys when it starts.
 */
function users(client: pg.Client): Adjust {
  const changed = async (sql: string) => (await client.query(sql)).rowCount ?? 0;
  return async () => {
    // A mail that waits to be sent has a link that no longer works.
    await changed('DELETE FROM mail_jobs WHERE ready_at IS NOT NULL AND taken_at IS NULL');
    return {
      sessions_ended: await changed(
        `UPDATE sessions SET ended_at = now(), end_reason = 'expired', device = NULL, place = NULL WHERE ended_at IS NULL`,
      ),
      links_ended: await changed('UPDATE one_time_links SET used_at = now() WHERE used_at IS NULL'),
      signing_keys_removed: await changed('DELETE FROM signing_keys'),
    };
  };
}
