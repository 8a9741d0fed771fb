import type { OrderLine, TimelineEntry } from '@bramble/contracts/orders';
import { dueAtOf, overdueAtOf } from '../life/order.deadlines';
import type { HistoryEntry, OrderState, OrderView, Refund } from '../life/order.types';
import {
  bigint,
  boolean,
  changing,
  int,
  jsonb,
  money,
  optional,
  type Row,
  table,
  text,
  timestamptz,
  uuid,
} from './table';

/** When the reconciler next has to act on the order, and from when the order counts as overdue. */
interface Deadlines {
  dueAt: number | undefined;
  overdueAt: number | undefined;
}

export const orders = table<Omit<OrderState, 'lines' | 'refunds'>, Deadlines>(
  {
    id: uuid(),
    number: text(),
    userId: uuid(),
    status: changing(text()),
    failureReason: changing(optional(text())),
    version: changing(int()),
    currency: text(),
    totals: {
      subtotal: money(),
      discount: money(),
      tax: money(),
      shipping: money(),
      total: money(),
      refunded: changing(money()),
    },
    shippingAddress: jsonb(),
    card: changing(optional(text())),
    attempt: changing(int()),
    capture: changing(text()),
    captured: changing(bigint()),
    paymentId: changing(optional(uuid())),
    restock: changing(boolean()),
    expiresAt: changing(timestamptz()),
    obligations: changing(jsonb()),
    correlationId: text(),
    createdAt: timestamptz(),
    paidAt: changing(optional(timestamptz())),
    placedFrom: optional(text()),
  },
  { dueAt: changing(optional(timestamptz())), overdueAt: changing(optional(timestamptz())) },
);

export const orderLines = table<OrderLine, { orderId: string; lineNo: number }>(
  {
    productId: uuid(),
    sellerId: uuid(),
    title: text(),
    unitPrice: money(),
    quantity: int(),
    lineTotal: money(),
  },
  { orderId: uuid(), lineNo: int() },
);

export const orderEvents = table<HistoryEntry>({
  orderId: uuid(),
  version: int(),
  type: text(),
  status: text(),
  label: optional(text()),
  detail: optional(text()),
  data: jsonb(),
  at: timestamptz(),
});

export const refunds = table<Refund, { orderId: string }>(
  {
    id: uuid(),
    amount: bigint(),
    reason: optional(text()),
    requestedAt: timestamptz(),
    confirmedAt: optional(timestamptz()),
  },
  { orderId: uuid() },
);

/** A row of `orders` with its lines, as `${orders.select('o')}, ${linesColumn}` returns it. */
export type OrderRow = Row & { id: string; currency: string; lines: readonly Row[] };
/** A row with refunds and timeline, as `viewColumns` returns it. */
export type OrderViewRow = OrderRow & { refunds: Row[] | null; timeline: TimelineRow[] | null };
export interface TimelineRow {
  label: string;
  detail: string | null;
  at: Date | string;
}

const partsOf = (table: string, order: string, condition = '') =>
  `(SELECT json_agg(p ORDER BY ${order}) FROM ${table} p WHERE p.order_id = o.id${condition})`;
/** The columns of the order `o` and its lines as JSON. Lines never change, so any snapshot of them is correct. */
export const stateColumns = `${orders.select('o')}, ${partsOf('order_lines', 'p.line_no')} AS lines`;
/** `stateColumns` with the refunds and the timeline. */
export const viewColumns = `${stateColumns}, ${partsOf('refunds', 'p.requested_at, p.id')} AS refunds,
  ${partsOf('order_events', 'p.version', ' AND p.label IS NOT NULL')} AS timeline`;

export const toState = (row: OrderRow, given: readonly Row[]): OrderState => ({
  ...orders.read(row),
  lines: row.lines.map((line) => orderLines.read({ ...line, currency: row.currency })),
  refunds: given.map(refunds.read),
});
export const toTimelineEntry = ({ label, detail, at }: TimelineRow): TimelineEntry => ({
  status: label,
  at: new Date(at).toISOString(),
  ...(detail === null ? {} : { detail }),
});
export const toView = (row: OrderViewRow): OrderView => ({
  ...toState(row, row.refunds ?? []),
  timeline: (row.timeline ?? []).map(toTimelineEntry),
});

const withDeadlines = (order: OrderState) => ({
  ...order,
  dueAt: dueAtOf(order),
  overdueAt: overdueAtOf(order),
});
export const toRow = (order: OrderState): Row => orders.write(withDeadlines(order));
export const toChangedRow = (order: OrderState): Row => orders.writeChanged(withDeadlines(order));
/** Lines are numbered from 1. */
export const toLineRows = ({ id, lines }: Pick<OrderState, 'id' | 'lines'>): Row[] =>
  lines.map((line, index) => orderLines.write({ ...line, orderId: id, lineNo: index + 1 }));
export const toRefundRow = (orderId: string, refund: Refund): Row => refunds.write({ ...refund, orderId });
