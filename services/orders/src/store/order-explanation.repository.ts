import type { OrderStatus } from '@bramble/contracts/orders';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { Obligation } from '../life/order.types';
import { type OrderRow, stateColumns, toState } from './order.table';

/** What an operator may want to know of an order: no name and no address. */
export interface OrderExplanation {
  id: string;
  number: string;
  status: OrderStatus;
  failureReason?: string;
  capture: string;
  attempt: number;
  /** Minor units of `currency`. */
  total: number;
  refunded: number;
  currency: string;
  obligations: Obligation[];
  history: { version: number; type: string; status: string; detail: string | null; at: Date }[];
  /** What the outbox still holds of it: the last 24 hours. */
  published: { type: string; stream: string; streamId: string | null; occurredAt: Date }[];
}

export function createOrderExplanationRepository(sql: Sql) {
  /** The order of a number or of an id. */
  async function explain(name: string): Promise<OrderExplanation | undefined> {
    const { rows } = await sql.query<OrderRow>({
      text: `SELECT ${stateColumns} FROM orders o WHERE o.number = $1 OR o.id::text = $1`,
      values: [name],
    });
    const [row] = rows;
    if (!row) return undefined;
    const { id, number, status, failureReason, capture, attempt, totals, currency, obligations } = toState(
      row,
      [],
    );
    const history = await sql.query<OrderExplanation['history'][number]>({
      text: 'SELECT version, type, status, detail, at FROM order_events WHERE order_id = $1 ORDER BY version',
      values: [id],
    });
    const published = await sql.query<OrderExplanation['published'][number]>({
      text: `SELECT type, stream, stream_id AS "streamId", occurred_at AS "occurredAt" FROM outbox
        WHERE key = $1 ORDER BY seq`,
      values: [id],
    });
    return {
      ...{ id, number, status, capture, attempt, currency, obligations },
      ...(failureReason === undefined ? {} : { failureReason }),
      total: totals.total.amount,
      refunded: totals.refunded.amount,
      history: history.rows,
      published: published.rows,
    };
  }

  return { explain };
}
