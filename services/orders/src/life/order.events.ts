import type { EventDraft } from '@bramble/contracts/events';
import { money } from '@bramble/contracts/money';
import type { OrderState, Refund } from './order.types';

type FactName = 'order.cancelled' | 'order.shipped' | 'order.completed';

const about = ({ id, userId, number }: OrderState) => ({ orderId: id, userId, number });

export const placedEvent = (order: OrderState): EventDraft<'order.placed'> => ({
  type: 'order.placed',
  payload: {
    ...about(order),
    items: order.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    expiresAt: new Date(order.expiresAt).toISOString(),
  },
});

/** Undefined once the card was forgotten: then there is nothing to charge. */
export const paymentRequestedEvent = (order: OrderState): EventDraft | undefined =>
  order.card === undefined
    ? undefined
    : {
        type: 'payment.requested',
        payload: {
          ...about(order),
          attempt: order.attempt,
          amount: order.totals.total,
          paymentMethod: { token: order.card },
        },
      };

export const paidEvent = (order: OrderState): EventDraft => ({
  type: 'order.paid',
  payload: {
    ...about(order),
    lines: order.lines,
    total: order.totals.total,
    shippingAddress: order.shippingAddress,
  },
});

export const releasedEvent = (order: OrderState): EventDraft => ({
  type: 'order.released',
  payload: { orderId: order.id, restock: order.restock },
});

export const refundRequestedEvent = (order: OrderState, refund: Refund): EventDraft => ({
  type: 'order.refund_requested',
  payload: { orderId: order.id, refundId: refund.id, amount: money(refund.amount, order.currency) },
});

export const factEvent = (order: OrderState, type: FactName): EventDraft => ({ type, payload: about(order) });

export const failedEvent = (order: OrderState): EventDraft => ({
  type: 'order.failed',
  payload: { ...about(order), reason: order.failureReason ?? 'timeout' },
});

export const refundedEvent = (order: OrderState, amount: number): EventDraft => ({
  type: 'order.refunded',
  payload: { ...about(order), amount: money(amount, order.currency), full: order.status === 'REFUNDED' },
});
