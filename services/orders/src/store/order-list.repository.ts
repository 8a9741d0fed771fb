import type { Address, FailureReason, OrderStatus } from '@bramble/contracts/orders';
import type { Db } from '../db';
import type { Prisma } from '../generated/prisma/client';
import { toView, type OrderRow } from './order.rows';
import type { CaptureStatus, Obligation, OrderView } from '../life/order.types';

export interface OrderFilter {
  userId?: string;
  status?: OrderStatus;
  /** The beginning of an order's number, in any case, with or without its prefix. */
  number?: string;
  /** Only orders older than this one. */
  before?: string;
}

const story = {
  lines: { orderBy: { lineNo: 'asc' } },
  refunds: { orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }] },
  events: { where: { label: { not: null } }, orderBy: { version: 'asc' } },
} as const satisfies Prisma.OrderInclude;
type Found = Prisma.OrderGetPayload<{ include: typeof story }>;

const rowOf = (order: Found): OrderRow => ({
  id: order.id,
  number: order.number,
  user_id: order.userId,
  status: order.status as OrderStatus,
  failure_reason: order.failureReason as FailureReason | null,
  version: order.version,
  currency: order.currency,
  subtotal: Number(order.subtotal),
  discount: Number(order.discount),
  tax: Number(order.tax),
  shipping: Number(order.shipping),
  total: Number(order.total),
  refunded: Number(order.refunded),
  shipping_address: order.shippingAddress as unknown as Address,
  card: order.card,
  attempt: order.attempt,
  capture: order.capture as CaptureStatus,
  captured: Number(order.captured),
  payment_id: order.paymentId,
  restock: order.restock,
  expires_at: order.expiresAt,
  obligations: order.obligations as unknown as Obligation[],
  correlation_id: order.correlationId,
  created_at: order.createdAt,
  paid_at: order.paidAt,
  lines: order.lines.map((line) => ({
    product_id: line.productId,
    seller_id: line.sellerId,
    title: line.title,
    unit_price: Number(line.unitPrice),
    quantity: line.quantity,
    line_total: Number(line.lineTotal),
  })),
});

const viewOf = (order: Found): OrderView =>
  toView(
    rowOf(order),
    order.refunds.map((refund) => ({
      id: refund.id,
      order_id: refund.orderId,
      amount: Number(refund.amount),
      reason: refund.reason,
      requested_at: refund.requestedAt,
      confirmed_at: refund.confirmedAt,
    })),
    order.events.map(({ label, detail, at }) => ({ label: label ?? '', detail, at })),
  );

const numberFilter = (text: string): Prisma.OrderWhereInput => {
  const typed = text.toUpperCase();
  return {
    number: { startsWith: typed.startsWith('BR-') || 'BR-'.startsWith(typed) ? typed : `BR-${typed}` },
  };
};

export function createOrderListRepository(db: Db) {
  return {
    /** Up to `limit` orders with their stories, newest first. Ids are UUIDv7, so they sort by time. */
    async list({ userId, status, number, before }: OrderFilter, limit: number): Promise<OrderView[]> {
      const orders = await db.order.findMany({
        where: {
          ...(userId === undefined ? {} : { userId }),
          ...(status === undefined ? {} : { status }),
          ...(number ? numberFilter(number) : {}),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        include: story,
        orderBy: { id: 'desc' },
        take: limit,
      });
      return orders.map(viewOf);
    },
  };
}
export type OrderListRepository = ReturnType<typeof createOrderListRepository>;
