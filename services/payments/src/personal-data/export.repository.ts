import type { SqlSession } from '@bramble/service-kit/stores/sql';

const PAYMENTS = `SELECT id, order_id AS "orderId", attempt, amount, currency, status, reason, reference,
    created_at AS "createdAt", settled_at AS "settledAt"
  FROM payment_attempts WHERE user_id = $1 ORDER BY created_at, id`;
const REFUNDS = `SELECT r.id, r.order_id AS "orderId", r.amount, r.currency, r.status, r.reason, r.reference,
    r.created_at AS "createdAt", r.settled_at AS "settledAt"
  FROM refunds r WHERE r.order_id IN (SELECT order_id FROM payment_attempts WHERE user_id = $1) ORDER BY r.created_at, r.id`;

/** Everything that payments holds of a person, without the tokens of cards. Amounts are minor units. */
export function createExportRepository(session: SqlSession) {
  async function read(userId: string): Promise<Record<string, unknown>> {
    const [payments, refunds] = await Promise.all(
      [PAYMENTS, REFUNDS].map((text) => session.query({ text, values: [userId] })),
    );
    return { payments: payments?.rows, refunds: refunds?.rows };
  }

  return { read };
}
