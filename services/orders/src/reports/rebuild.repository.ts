import type { Sql } from '@bramble/service-kit/stores/sql';

export interface Rebuilt {
  /** The number of lines in the read model before and after. */
  before: number;
  after: number;
  /** Lines that were missing or wrong in the read model; 0 when it matched the history. */
  different: number;
  /** Orders whose status is not the last one of their history. */
  ordersOff: number;
}

// The lines of the history: those of the placing, counted from the capture that made the order PAID, unless a later
// entry
// cancelled or refunded the order.
const FROM_LOG = `
  SELECT placed.order_id, line.ordinality::int AS line_no, paid.at AS sold_at, (line.value ->> 'productId')::uuid AS product_id,
    (line.value ->> 'sellerId')::uuid AS seller_id, line.value ->> 'title' AS title, (line.value ->> 'quantity')::int AS quantity,
    (line.value -> 'lineTotal' ->> 'amount')::bigint AS revenue
  FROM order_events placed
  JOIN LATERAL (SELECT at FROM order_events e WHERE e.order_id = placed.order_id AND e.status = 'PAID' ORDER BY version LIMIT 1) paid ON true
  CROSS JOIN LATERAL jsonb_array_elements(placed.data -> 'lines') WITH ORDINALITY AS line
  WHERE placed.type = 'order.placed'
    AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = placed.order_id AND e.status IN ('CANCELLED', 'REFUNDED'))`;

/** Rebuilds the read model of the reports from the history, in one transaction while the shop runs. */
export const rebuildSales = (sql: Sql): Promise<Rebuilt> =>
  sql.transaction(async (tx) => {
    const number = async (text: string) => (await tx.query<{ n: number }>({ text })).rows[0]?.n ?? 0;
    await tx.query({ text: 'SET LOCAL statement_timeout = 0' });
    // Writers wait for this lock; earlier writers have committed, so their history is read below.
    await tx.query({ text: 'LOCK TABLE sales IN EXCLUSIVE MODE' });
    const before = await number('SELECT count(*) AS n FROM sales');
    await tx.query({ text: `CREATE TEMP TABLE sales_from_log ON COMMIT DROP AS ${FROM_LOG}` });
    const different = await number(`SELECT count(*) AS n FROM (
      (TABLE sales EXCEPT TABLE sales_from_log) UNION ALL (TABLE sales_from_log EXCEPT TABLE sales)) AS d`);
    await tx.query({ text: 'DELETE FROM sales' });
    await tx.query({ text: 'INSERT INTO sales SELECT * FROM sales_from_log' });
    const after = await number('SELECT count(*) AS n FROM sales');
    const ordersOff = await number(`SELECT count(*) AS n FROM orders o WHERE NOT EXISTS (
      SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.version = o.version AND e.status = o.status)`);
    return { before, after, different, ordersOff };
  });
