import { money } from '@bramble/contracts/money';
import type {
  Address,
  FailureReason,
  OrderLine,
  OrderStatus,
  TimelineEntry,
} from '@bramble/contracts/orders';
import type {
  CaptureStatus,
  HistoryEntry,
  Obligation,
  OrderState,
  OrderView,
  Refund,
} from '../life/order.types';

/** A row of `orders` with its lines, as node-postgres gives it. */
export interface OrderRow {
  id: string;
  number: string;
  user_id: string;
  status: OrderStatus;
  failure_reason: FailureReason | null;
  version: number;
  currency: string;
  subtotal: number;
  discount: number;
  tax: number;
  shipping: number;
  total: number;
  refunded: number;
  shipping_address: Address;
  card: string | null;
  attempt: number;
  capture: CaptureStatus;
  captured: number;
  payment_id: string | null;
  restock: boolean;
  expires_at: Date;
  obligations: Obligation[];
  correlation_id: string;
  created_at: Date;
  paid_at: Date | null;
  lines: LineRow[];
}
export interface LineRow {
  product_id: string;
  seller_id: string;
  title: string;
  unit_price: number;
  quantity: number;
  line_total: number;
}
export interface RefundRow {
  id: string;
  order_id: string;
  amount: number;
  reason: string | null;
  requested_at: Date | string;
  confirmed_at: Date | string | null;
}
export interface TimelineRow {
  label: string;
  detail: string | null;
  at: Date | string;
}

/** The lines of the order `o`, as JSON in their order. Lines never change, so any snapshot of them is right. */
export const linesColumn = `(SELECT json_agg(l ORDER BY l.line_no) FROM order_lines l WHERE l.order_id = o.id) AS lines`;
export const orderColumns = `o.id, o.number, o.user_id, o.status, o.failure_reason, o.version, o.currency, o.subtotal, o.discount, o.tax,
  o.shipping, o.total, o.refunded, o.shipping_address, o.card, o.attempt, o.capture, o.captured, o.payment_id, o.restock, o.expires_at,
  o.obligations, o.correlation_id, o.created_at, o.paid_at`;

/** The lines of an order as rows of `order_lines`, but for its id; they are numbered from 1. */
export const toLineRows = (lines: readonly OrderLine[]): (LineRow & { line_no: number })[] =>
  lines.map((line, index) => ({
    line_no: index + 1,
    product_id: line.productId,
    seller_id: line.sellerId,
    title: line.title,
    unit_price: line.unitPrice.amount,
    quantity: line.quantity,
    line_total: line.lineTotal.amount,
  }));

export const toLine = (row: LineRow, currency: string): OrderLine => ({
  productId: row.product_id,
  sellerId: row.seller_id,
  title: row.title,
  unitPrice: money(row.unit_price, currency),
  quantity: row.quantity,
  lineTotal: money(row.line_total, currency),
});

export const toRefund = (row: RefundRow): Refund => ({
  id: row.id,
  amount: row.amount,
  ...(row.reason === null ? {} : { reason: row.reason }),
  requestedAt: new Date(row.requested_at).getTime(),
  ...(row.confirmed_at === null ? {} : { confirmedAt: new Date(row.confirmed_at).getTime() }),
});

export const toTimelineEntry = (row: TimelineRow): TimelineEntry => ({
  status: row.label,
  at: new Date(row.at).toISOString(),
  ...(row.detail === null ? {} : { detail: row.detail }),
});

export function toState(row: OrderRow, refunds: readonly RefundRow[]): OrderState {
  const amount = (value: number) => money(value, row.currency);
  return {
    id: row.id,
    number: row.number,
    userId: row.user_id,
    status: row.status,
    ...(row.failure_reason === null ? {} : { failureReason: row.failure_reason }),
    version: row.version,
    currency: row.currency,
    lines: row.lines.map((line) => toLine(line, row.currency)),
    totals: {
      subtotal: amount(row.subtotal),
      discount: amount(row.discount),
      tax: amount(row.tax),
      shipping: amount(row.shipping),
      total: amount(row.total),
      refunded: amount(row.refunded),
    },
    shippingAddress: row.shipping_address,
    ...(row.card === null ? {} : { card: row.card }),
    attempt: row.attempt,
    capture: row.capture,
    captured: row.captured,
    ...(row.payment_id === null ? {} : { paymentId: row.payment_id }),
    refunds: refunds.map(toRefund),
    restock: row.restock,
    expiresAt: row.expires_at.getTime(),
    obligations: row.obligations,
    correlationId: row.correlation_id,
    createdAt: row.created_at.getTime(),
    ...(row.paid_at === null ? {} : { paidAt: row.paid_at.getTime() }),
  };
}

export const toView = (
  row: OrderRow,
  refunds: readonly RefundRow[],
  timeline: readonly TimelineRow[],
): OrderView => ({ ...toState(row, refunds), timeline: timeline.map(toTimelineEntry) });

const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

/** The columns of `orders` that a step may change, by their names. */
export const toChangedRow = (
  order: OrderState,
  dueAt: number | undefined,
  overdueAt: number | undefined,
) => ({
  id: order.id,
  status: order.status,
  failure_reason: order.failureReason ?? null,
  version: order.version,
  refunded: order.totals.refunded.amount,
  card: order.card ?? null,
  attempt: order.attempt,
  capture: order.capture,
  captured: order.captured,
  payment_id: order.paymentId ?? null,
  restock: order.restock,
  expires_at: iso(order.expiresAt),
  obligations: order.obligations,
  due_at: iso(dueAt),
  overdue_at: iso(overdueAt),
  paid_at: iso(order.paidAt),
});

export const toHistoryRow = (entry: HistoryEntry) => ({
  order_id: entry.orderId,
  version: entry.version,
  type: entry.type,
  status: entry.status,
  label: entry.label ?? null,
  detail: entry.detail ?? null,
  data: entry.data,
  at: iso(entry.at),
});

export const toRefundRow = (orderId: string, refund: Refund) => ({
  id: refund.id,
  order_id: orderId,
  amount: refund.amount,
  reason: refund.reason ?? null,
  requested_at: iso(refund.requestedAt),
  confirmed_at: iso(refund.confirmedAt),
});
