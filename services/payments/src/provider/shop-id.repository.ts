import type { Sql } from '@bramble/service-kit/stores/sql';

/** Reads the id of this shop once. It is part of every backup, so a restored shop keeps it. */
export function createShopId(sql: Sql): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    if (known !== undefined) return known;
    // The table is empty after the restore of an archive from before it: the shop gets a new id then.
    const { rows } = await sql.query<{ id: string }>({
      text: `WITH made AS (INSERT INTO charge_checks DEFAULT VALUES ON CONFLICT DO NOTHING RETURNING shop_id)
        SELECT shop_id AS id FROM made UNION ALL SELECT shop_id FROM charge_checks LIMIT 1`,
    });
    known = rows[0]?.id;
    if (known === undefined) throw new Error('charge_checks has no row');
    return known;
  };
}
