import type { Sql } from '@bramble/service-kit/stores/sql';

/** The differences between ledgers; 0 means that they match. */
export interface LedgerDrift {
  /** Minor units: captured money that orders hold, compared with what orders are worth in their state. */
  money: number;
  /** Orders whose status is not the last one of their history, and lines that the reports count wrongly. */
  orders: number;
}

const DAYS = 31;

// An order whose money was waived has captured nothing and is worth nothing.
// One statement is one snapshot, so running transactions cause no difference. Ids begin with their time, so the last
// month is a range
// of the primary key. Only the last month is checked; earlier checks covered older orders. The demo's past orders are
// older.
const DRIFT = `
WITH since AS (
  SELECT (lpad(to_hex((extract(epoch FROM now() - interval '${DAYS} days') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid AS id
), recent AS (
  SELECT o.id, o.status, o.version, o.total, o.refunded, o.captured, o.status IN ('PAID', 'SHIPPED', 'COMPLETED') AS counts
  FROM orders o, since WHERE o.id >= since.id
), given AS (
  SELECT r.order_id, sum(r.amount) AS amount FROM refunds r, since WHERE r.order_id >= since.id GROUP BY r.order_id
), worth AS (
  SELECT l.order_id, l.line_no, l.quantity, l.line_total FROM order_lines l JOIN recent o ON o.id = l.order_id AND o.counts
), counted AS (
  SELECT s.order_id, s.line_no, s.quantity, s.revenue FROM sales s, since WHERE s.order_id >= since.id
)
SELECT
  (SELECT coalesce(sum(abs(o.captured - coalesce(g.amount, 0) - CASE WHEN o.counts AND o.captured > 0 THEN o.total - o.refunded ELSE 0 END)), 0)::float8
    FROM recent o LEFT JOIN given g ON g.order_id = o.id) AS money,
  (SELECT count(*) FROM recent o WHERE NOT EXISTS (
    SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.version = o.version AND e.status = o.status))
  + (SELECT count(*) FROM worth w FULL JOIN counted c USING (order_id, line_no)
    WHERE w.quantity IS DISTINCT FROM c.quantity OR w.line_total IS DISTINCT FROM c.revenue) AS orders`;

export function createLedgerRepository(sql: Sql) {
  async function drift(): Promise<LedgerDrift> {
    const { rows } = await sql.query<LedgerDrift>({ text: DRIFT });
    return rows[0] ?? { money: 0, orders: 0 };
  }

  return { drift };
}
export type LedgerRepository = ReturnType<typeof createLedgerRepository>;
