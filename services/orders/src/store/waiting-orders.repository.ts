import type { OrderStatus } from '@bramble/contracts/orders';
import type { Sql } from '@bramble/service-kit/stores/sql';

export interface WaitingOrders {
  status: OrderStatus;
  /** How many there are; undefined for ended ones, which are too many to count. */
  orders: number | undefined;
  overdue: number;
  /** Seconds for which the oldest overdue order has been overdue; 0 when none is. */
  oldestSeconds: number;
}

/**
 * Counts orders that are not final, and all those whose step was sent again and is still unanswered. An ended order may owe
 * one too: a refund, a release, a stop. What is overdue has a due time, whose index has no other orders.
 */
export async function readWaitingOrders(sql: Sql): Promise<WaitingOrders[]> {
  const { rows } = await sql.query<{
    status: OrderStatus;
    orders: number | null;
    overdue: number;
    oldest: number;
  }>({
    text: `WITH late AS (SELECT status, count(*) AS overdue, extract(epoch FROM now() - min(overdue_at))::float8 AS oldest
        FROM orders WHERE due_at IS NOT NULL AND overdue_at < now() GROUP BY status),
      waiting AS (SELECT s.status, count(o.id) AS orders
        FROM unnest(ARRAY['PENDING', 'RESERVED', 'PAID', 'SHIPPED']) AS s(status) LEFT JOIN orders o ON o.status = s.status
        GROUP BY s.status)
      SELECT s.status, waiting.orders, coalesce(late.overdue, 0) AS overdue, coalesce(late.oldest, 0)::float8 AS oldest
      FROM unnest(ARRAY['PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED']) AS s(status)
      LEFT JOIN waiting ON waiting.status = s.status LEFT JOIN late ON late.status = s.status`,
  });
  return rows.map(({ status, orders, overdue, oldest }) => ({
    status,
    orders: orders ?? undefined,
    overdue,
    oldestSeconds: oldest,
  }));
}
