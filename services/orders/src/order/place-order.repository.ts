import { events, type EventOf } from '@bramble/contracts/events';
import type { Sql } from '@bramble/service-kit/postgres';
import type { PostgresOutbox } from '@bramble/service-kit/postgres-outbox';
import { KEPT, type RequestKey } from '../idempotency/idempotency.repository';
import { dueAtOf, overdueAtOf } from './order.deadlines';
import type { OrderState } from './order.types';

export interface Placing {
  order: OrderState;
  event: EventOf<'order.placed'>;
  request: RequestKey;
  answer: { status: number; body: unknown };
  /** The cart that the order was taken from, to be emptied of what was ordered. */
  cartOwner?: string;
}

// The hottest write of the shop: one prepared statement, one round trip, one commit (2-architecture, "What things cost here").
// Everything hangs on `claim`: when another request stored an answer for this key first, nothing is written at all.
const PLACE = `
WITH claim AS (
  INSERT INTO idempotency (user_id, key, request_hash, order_id, status, body) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (user_id, key) DO UPDATE SET request_hash = EXCLUDED.request_hash, order_id = EXCLUDED.order_id, status = EXCLUDED.status,
    body = EXCLUDED.body, created_at = now()
  WHERE idempotency.created_at <= now() - ${KEPT}
    OR (idempotency.status IS NULL AND idempotency.request_hash = EXCLUDED.request_hash AND idempotency.order_id = EXCLUDED.order_id)
  RETURNING order_id
), placed AS (
  INSERT INTO orders (id, number, user_id, status, version, currency, subtotal, discount, tax, shipping, total, shipping_address, card,
    expires_at, obligations, due_at, overdue_at, correlation_id, created_at)
  SELECT claim.order_id, $7, $1, 'PENDING', 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21 FROM claim
), lines AS (
  INSERT INTO order_lines (order_id, line_no, product_id, seller_id, title, unit_price, quantity, line_total)
  SELECT claim.order_id, l.* FROM claim, unnest($22::int[], $23::uuid[], $24::uuid[], $25::text[], $26::bigint[], $27::int[], $28::bigint[]) AS l
), story AS (
  INSERT INTO order_events (order_id, version, type, status, label, data, at)
  SELECT claim.order_id, 1, 'order.placed', 'PENDING', 'PENDING', $29::jsonb, $21 FROM claim
), sent AS (
  INSERT INTO outbox (id, stream, key, type, version, occurred_at, correlation_id, traceparent, payload)
  SELECT $30, $31, claim.order_id::text, $32, $33, $34, $20, $35, $36 FROM claim
), emptied AS (
  DELETE FROM cart_items USING claim WHERE owner = $37 AND product_id = ANY($23::uuid[])
)
SELECT order_id FROM claim`;

const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms));

export function createPlaceOrderRepository({ sql, outbox }: { sql: Sql; outbox: PostgresOutbox }) {
  return {
    /** Writes a new order with all that belongs to it. False when an answer for this key was stored first. */
    async place({ order, event, request, answer, cartOwner }: Placing): Promise<boolean> {
      const { totals, lines } = order;
      const story = { userId: order.userId, number: order.number, currency: order.currency, totals, lines };
      const { rowCount } = await sql.query({
        name: 'place-order',
        text: PLACE,
        values: [
          ...[
            request.userId,
            request.key,
            request.hash,
            order.id,
            answer.status,
            JSON.stringify(answer.body),
          ],
          ...[
            order.number,
            order.currency,
            totals.subtotal.amount,
            totals.discount.amount,
            totals.tax.amount,
          ],
          ...[totals.shipping.amount, totals.total.amount, JSON.stringify(order.shippingAddress), order.card],
          ...[
            time(order.expiresAt),
            JSON.stringify(order.obligations),
            time(dueAtOf(order)),
            time(overdueAtOf(order)),
          ],
          ...[order.correlationId, time(order.createdAt)],
          lines.map((_, index) => index + 1),
          lines.map(({ productId }) => productId),
          lines.map(({ sellerId }) => sellerId),
          lines.map(({ title }) => title),
          lines.map(({ unitPrice }) => unitPrice.amount),
          lines.map(({ quantity }) => quantity),
          lines.map(({ lineTotal }) => lineTotal.amount),
          JSON.stringify(story),
          ...[
            event.id,
            events[event.type].stream,
            event.type,
            event.version,
            event.occurredAt,
            event.traceparent,
          ],
          JSON.stringify(event.payload),
          cartOwner ?? null,
        ],
      });
      if (rowCount === 0) return false;
      outbox.wake();
      return true;
    },
  };
}
export type PlaceOrderRepository = ReturnType<typeof createPlaceOrderRepository>;
