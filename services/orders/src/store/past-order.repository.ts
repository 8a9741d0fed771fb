import type { Sql } from '@bramble/service-kit/stores/sql';
import type { HistoryEntry, OrderState } from '../life/order.types';
import { orderEvents, toLineRows, toRefundRow, toRow } from './order.table';

/** An order that is over, with its whole history. */
export interface PastOrderHistory {
  order: OrderState;
  history: readonly HistoryEntry[];
}

const INSERT = `
WITH o AS (
  INSERT INTO orders SELECT * FROM jsonb_populate_recordset(NULL::orders, $1::jsonb) ON CONFLICT DO NOTHING RETURNING id
), l AS (
  INSERT INTO order_lines SELECT l.* FROM jsonb_populate_recordset(NULL::order_lines, $2::jsonb) l JOIN o ON o.id = l.order_id
), e AS (
  INSERT INTO order_events SELECT e.* FROM jsonb_populate_recordset(NULL::order_events, $3::jsonb) e JOIN o ON o.id = e.order_id
), r AS (
  INSERT INTO refunds SELECT r.* FROM jsonb_populate_recordset(NULL::refunds, $4::jsonb) r JOIN o ON o.id = r.order_id
), s AS (
  INSERT INTO sales SELECT s.* FROM jsonb_populate_recordset(NULL::sales, $5::jsonb) s JOIN o ON o.id = s.order_id
)
SELECT count(*)::int AS added FROM o`;

/** The columns of a past order: without a card, a payment id or a due time. */
const orderRow = ({ card: _card, paymentId: _paymentId, ...order }: OrderState) =>
  toRow({ ...order, obligations: [] });

const saleRows = (order: OrderState) =>
  order.status === 'COMPLETED'
    ? toLineRows(order).map(({ unit_price: _price, line_total, ...line }) => ({
        ...line,
        sold_at: new Date(order.paidAt ?? order.createdAt).toISOString(),
        revenue: line_total,
      }))
    : [];

export function createPastOrderRepository(sql: Sql) {
  async function has(orderId: string): Promise<boolean> {
    const { rowCount } = await sql.query({ text: 'SELECT 1 FROM orders WHERE id = $1', values: [orderId] });
    return rowCount > 0;
  }

  /** Adds past orders without publishing events. Existing orders are left unchanged. */
  async function add(past: readonly PastOrderHistory[]): Promise<number> {
    const { rows } = await sql.query<{ added: number }>({
      text: INSERT,
      values: [
        past.map(({ order }) => orderRow(order)),
        past.flatMap(({ order }) => toLineRows(order)),
        past.flatMap(({ history }) => history.map(orderEvents.write)),
        past.flatMap(({ order }) => order.refunds.map((refund) => toRefundRow(order.id, refund))),
        past.flatMap(({ order }) => saleRows(order)),
      ].map((value) => JSON.stringify(value)),
    });
    return rows[0]?.added ?? 0;
  }

  return { has, add };
}
export type PastOrderRepository = ReturnType<typeof createPastOrderRepository>;
