import type { Sql } from '@bramble/service-kit/stores/postgres';

export interface WaitingOrders {
  status: 'PENDING' | 'RESERVED' | 'PAID' | 'SHIPPED';
  orders: number;
  overdue: number;
  /** Seconds for which the oldest overdue order has been overdue; 0 when none is. */
  oldestSeconds: number;
}

/** Counts orders that are not final, and those whose step was sent again and is still unanswered. */
export async function readWaitingOrders(sql: Sql): Promise<WaitingOrders[]> {
  const { rows } = await sql.query<{
    status: WaitingOrders['status'];
    orders: number;
    overdue: number;
    oldest: number;
  }>({
    text: `SELECT s.status, count(o.id) AS orders, count(o.id) FILTER (WHERE o.overdue_at < now()) AS overdue,
        coalesce(extract(epoch FROM now() - min(o.overdue_at) FILTER (WHERE o.overdue_at < now())), 0)::float8 AS oldest
      FROM unnest(ARRAY['PENDING', 'RESERVED', 'PAID', 'SHIPPED']) AS s(status) LEFT JOIN orders o ON o.status = s.status
      GROUP BY s.status`,
  });
  return rows.map(({ status, orders, overdue, oldest }) => ({
    status,
    orders,
    overdue,
    oldestSeconds: oldest,
  }));
}
