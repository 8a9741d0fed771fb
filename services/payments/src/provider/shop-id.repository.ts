import type { Sql } from '@bramble/service-kit/stores/sql';

/** Reads the id of this shop once. It is part of every backup, so a restored shop keeps it. */
export function createShopId(sql: Sql): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    if (known !== undefined) return known;
    const { rows } = await sql.query<{ id: string }>({ text: 'SELECT shop_id AS id FROM charge_checks' });
    known = rows[0]?.id;
    if (known === undefined) throw new Error('charge_checks has no row');
    return known;
  };
}
