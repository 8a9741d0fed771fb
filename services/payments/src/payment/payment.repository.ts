import type { SqlSession } from '@bramble/service-kit/stores/sql';

export interface PaymentRow {
  id: string;
  type: 'capture' | 'refund';
  status: 'pending' | 'succeeded' | 'failed';
  amount: number;
  currency: string;
  createdAt: Date;
  /** `createdAt` in microseconds, for the cursor. */
  position: number;
}

/** Attempts and refunds of an order as one list. */
export function createPaymentRepository(session: SqlSession) {
  /** Oldest first, one more than `limit`. With a `userId`, only when the order is that user's. */
  async function list(
    orderId: string,
    userId: string | null,
    { limit, after }: { limit: number; after?: readonly [number, string, string] | undefined },
  ): Promise<PaymentRow[]> {
    const { rows } = await session.query<PaymentRow>({
      name: 'payment-list',
      text: `
        WITH payments AS (
          SELECT id, 'capture' AS type, status, amount, currency, created_at FROM payment_attempts WHERE order_id = $1
          UNION ALL
          SELECT id, 'refund', status, amount, currency, created_at FROM refunds WHERE order_id = $1)
        SELECT id, type, status, amount, currency, created_at AS "createdAt", position
        FROM (SELECT *, (extract(epoch FROM created_at) * 1000000)::bigint AS position FROM payments) AS p
        WHERE ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM payment_attempts WHERE order_id = $1 AND user_id = $2))
          AND ($3::bigint IS NULL OR (position, id, type) > ($3, $4::uuid, $5))
        ORDER BY position, id, type LIMIT $6`,
      values: [orderId, userId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit + 1],
    });
    return rows;
  }

  /** The number of unsettled calls and the age of the oldest, by operation. */
  async function unsettled(): Promise<{ operation: 'capture' | 'refund'; count: number; age: number }[]> {
    const { rows } = await session.query<{ operation: 'capture' | 'refund'; count: number; age: number }>({
      text: `
        SELECT 'capture' AS operation, count(*)::int AS count,
               coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age
        FROM payment_attempts WHERE status = 'pending'
        UNION ALL
        SELECT 'refund', count(*)::int, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
        FROM refunds WHERE status = 'pending'`,
    });
    return rows;
  }

  return { list, unsettled };
}
export type PaymentRepository = ReturnType<typeof createPaymentRepository>;
