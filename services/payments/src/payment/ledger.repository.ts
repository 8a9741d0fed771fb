import type { SqlSession } from '@bramble/service-kit/stores/sql';

/** How long after the release of an order and its capture the refund may take to be recorded. */
const GRACE_SECONDS = 120;

// A capture of a released order is refunded in full; a refund never exceeds its capture.
const DRIFT = `
WITH captured AS (
  SELECT order_id, sum(amount) AS amount, max(settled_at) AS at FROM payment_attempts
  WHERE status = 'succeeded' AND settled_at > now() - interval '31 days' GROUP BY order_id
), given AS (
  SELECT r.order_id, sum(r.amount) AS amount, sum(r.amount) FILTER (WHERE r.status = 'succeeded') AS done
  FROM refunds r WHERE r.announce AND r.status <> 'failed' AND r.order_id IN (SELECT order_id FROM captured) GROUP BY r.order_id
)
SELECT coalesce(sum(
    greatest(coalesce(g.done, 0) - c.amount, 0)
    + CASE WHEN o.released_at < now() - interval '${GRACE_SECONDS} seconds' AND c.at < now() - interval '${GRACE_SECONDS} seconds'
      THEN greatest(c.amount - coalesce(g.amount, 0), 0) ELSE 0 END
  ), 0)::float8 AS money
FROM captured c LEFT JOIN given g ON g.order_id = c.order_id LEFT JOIN released_orders o ON o.order_id = c.order_id`;

export function createLedgerRepository(session: SqlSession) {
  /**
   * Minor units that were kept of released orders or refunded beyond the capture; 0 means that the ledger is correct.
   */
  async function drift(): Promise<number> {
    const { rows } = await session.query<{ money: number }>({ text: DRIFT });
    return rows[0]?.money ?? 0;
  }

  return { drift };
}
export type LedgerRepository = ReturnType<typeof createLedgerRepository>;
