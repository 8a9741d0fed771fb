import { type EventOf, events } from '@bramble/contracts/events';
import { batcher } from '@bramble/service-kit/base/batcher';
import { isTransient } from '@bramble/service-kit/base/errors';
import type { PostgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { type RequestKey, RETENTION, type StoredResponse } from '../idempotency/idempotency.repository';
import type { OrderState } from '../life/order.types';
import { orderLines, orders, toLineRows, toRow } from '../store/order.table';
import type { UnpaidLimits } from './unpaid-limits';
import { oldestCounted, tooManyUnpaid } from './unpaid-orders.repository';

export interface Placing {
  order: OrderState;
  event: EventOf<'order.placed'>;
  request: RequestKey;
  answer: StoredResponse;
  /** How many pieces of each product were for sale when the order was priced. */
  available: ReadonlyMap<string, number>;
  /** The owner of the cart whose ordered items are to be removed. */
  cartOwner?: string;
}

// The hottest write of the shop: one prepared statement, one round trip and one commit for a batch of orders
// (docs/performance.md).
// `refused` names the orders that exceed a limit of unpaid orders. Its locks hold until the statement is committed, so the limits
// hold for all processes together.
// Every insertion depends on `claim`: when another request stored an answer for the key first, no row of that order is
// written.
// Two batches may empty the same carts: `ordered` locks their items in one order, or each could wait for the other.
// The answer is passed as text, so that a repetition gets the same bytes.
const PLACE = `
WITH input AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS i(${orders.recordset}, key text, hash text, answer_status int, answer text,
    lines json, event_data jsonb, event_id uuid, stream text, type text, event_version int, occurred_at timestamptz, traceparent text,
    payload jsonb, cart_owner text)
), refused AS MATERIALIZED (
  SELECT order_id, detail, alone FROM over_unpaid_limits($1::json, $2::json, $3::uuid, true)
), claim AS (
  INSERT INTO idempotency (user_id, key, request_hash, order_id, status, body)
  SELECT user_id, key, hash, id, answer_status, answer::json FROM input WHERE id NOT IN (SELECT order_id FROM refused)
  ORDER BY user_id, key
  ON CONFLICT (user_id, key) DO UPDATE SET request_hash = EXCLUDED.request_hash, order_id = EXCLUDED.order_id, status = EXCLUDED.status,
    body = EXCLUDED.body, buyer_id = NULL, created_at = now()
  WHERE idempotency.created_at <= now() - ${RETENTION}
    OR (idempotency.status IS NULL AND idempotency.request_hash = EXCLUDED.request_hash AND idempotency.order_id = EXCLUDED.order_id)
  RETURNING order_id
), fresh AS MATERIALIZED (
  SELECT input.* FROM input JOIN claim ON claim.order_id = input.id
), placed AS (
  INSERT INTO orders (${orders.names}) SELECT ${orders.names} FROM fresh
), lines AS (
  INSERT INTO order_lines (${orderLines.names})
  SELECT l.* FROM fresh, json_to_recordset(fresh.lines) AS l(${orderLines.recordset})
), history AS (
  INSERT INTO order_events (order_id, version, type, status, label, data, at)
  SELECT id, 1, 'order.placed', 'PENDING', 'PENDING', event_data, created_at FROM fresh
), sent AS (
  INSERT INTO outbox (id, stream, key, type, version, occurred_at, correlation_id, traceparent, payload)
  SELECT event_id, stream, id::text, type, event_version, occurred_at, correlation_id, traceparent, payload FROM fresh
), ordered AS MATERIALIZED (
  SELECT owner, product_id FROM cart_items
  WHERE (owner, product_id) IN (
    SELECT fresh.cart_owner, l.product_id FROM fresh, json_to_recordset(fresh.lines) AS l(product_id uuid))
  ORDER BY owner, product_id FOR UPDATE
), emptied AS (
  DELETE FROM cart_items USING ordered
  WHERE cart_items.owner = ordered.owner AND cart_items.product_id = ordered.product_id
)
SELECT order_id, NULL AS detail, NULL AS alone FROM claim UNION ALL SELECT order_id, detail, alone FROM refused`;

interface Row {
  order_id: string;
  /** The limit that the order exceeds; null when it was written. */
  detail: string | null;
  /** False when it exceeds the limit only with other orders of its batch. */
  alone: boolean | null;
}

const MAX_BATCH = 64;

const toInput = ({ order, event, request, answer, available, cartOwner }: Placing, place: number) => {
  const { userId, number, currency, totals, lines } = order;
  return {
    ...toRow(order),
    place,
    key: request.key,
    hash: request.hash,
    answer_status: answer.status,
    answer: JSON.stringify(answer.body),
    lines: toLineRows(order).map((row, index) => ({
      ...row,
      available: available.get(lines[index]?.productId ?? '') ?? 0,
    })),
    event_data: { userId, number, currency, totals, lines },
    event_id: event.id,
    stream: events[event.type].stream,
    type: event.type,
    event_version: event.version,
    occurred_at: event.occurredAt,
    traceparent: event.traceparent,
    payload: event.payload,
    cart_owner: cartOwner ?? null,
  };
};

export interface PlaceOrderRepositoryParts {
  sql: Sql;
  outbox: PostgresOutbox;
  limits: UnpaidLimits;
}

export function createPlaceOrderRepository({ sql, outbox, limits }: PlaceOrderRepositoryParts) {
  const write = async (placings: readonly Placing[]): Promise<(boolean | Error)[]> => {
    const { rows } = await sql.query<Row>({
      name: 'place-orders',
      text: PLACE,
      values: [JSON.stringify(placings.map(toInput)), JSON.stringify(limits), oldestCounted()],
    });
    const results = new Map(rows.map((row) => [row.order_id, row]));
    if (rows.some(({ detail }) => detail === null)) outbox.wake();
    // The orders ahead of these are written or refused now.
    const undecided = placings.filter(({ order }) => results.get(order.id)?.alone === false);
    const later = undecided.length > 0 ? await write(undecided) : [];
    return placings.map((placing) => {
      const result = results.get(placing.order.id);
      if (result?.alone === false) return later[undecided.indexOf(placing)] ?? false;
      return result?.detail ? tooManyUnpaid(result.detail) : result !== undefined;
    });
  };

  /** Writes each order by itself, so that an order that cannot be written does not fail the others of its batch. */
  const writeSeparately = (placings: readonly Placing[]): Promise<(boolean | Error)[]> =>
    Promise.all(
      placings.map((placing) =>
        write([placing]).then(
          ([written]) => written ?? false,
          (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
        ),
      ),
    );

  function writeBatch(placings: readonly Placing[]): Promise<(boolean | Error)[]> {
    return write(placings).catch((error: unknown) => {
      if (placings.length === 1 || isTransient(error)) throw error;
      return writeSeparately(placings);
    });
  }

  return {
    /**
     * Writes a new order with its lines, history, event and stored answer. False when an answer for this key was stored
     * first. Throws `too_many_unpaid_orders` when the order exceeds a limit of unpaid orders.
     */
    place: batcher<Placing, boolean>({ max: MAX_BATCH, concurrency: 2, run: writeBatch }),
  };
}
export type PlaceOrderRepository = ReturnType<typeof createPlaceOrderRepository>;
