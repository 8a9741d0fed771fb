import type { EventDraft } from '@bramble/contracts/events';
import { money } from '@bramble/contracts/money';
import type { OrderState, Refund } from './order.types';
import { unnamed } from './unnamed-address';

type FactName = 'order.cancelled' | 'order.shipped' | 'order.completed';

const orderIdentity = ({ id, userId, number }: OrderState) => ({ orderId: id, userId, number });

export const placedEvent = (order: OrderState): EventDraft<'order.placed'> => ({
  type: 'order.placed',
  payload: {
    ...orderIdentity(order),
    items: order.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    expiresAt: new Date(order.expiresAt).toISOString(),
  },
});

/** Undefined after the card token was deleted, since nothing can be charged then. */
export const paymentRequestedEvent = (order: OrderState): EventDraft | undefined =>
  order.card === undefined
    ? undefined
    : {
        type: 'payment.requested',
        payload: {
          ...orderIdentity(order),
          attempt: order.attempt,
          amount: order.totals.total,
          paymentMethod: { token: order.card },
        },
      };

export const paidEvent = (order: OrderState): EventDraft => ({
  type: 'order.paid',
  payload: {
    ...orderIdentity(order),
    lines: order.lines,
    total: order.totals.total,
    shippingAddress: unnamed(order.shippingAddress),
  },
});

export const releasedEvent = (order: OrderState): EventDraft => ({
  type: 'order.released',
  payload: {
    orderId: order.id,
    restock: order.restock,
    ...(order.capture === 'pending' ? { attempt: order.attempt } : {}),
  },
});

export const discountReturnEvent = (order: OrderState): EventDraft => ({
  type: 'order.discount_return_requested',
  payload: { orderId: order.id },
});

export const refundRequestedEvent = (order: OrderState, refund: Refund): EventDraft => ({
  type: 'order.refund_requested',
  payload: { orderId: order.id, refundId: refund.id, amount: money(refund.amount, order.currency) },
});

export const factEvent = (order: OrderState, type: FactName): EventDraft => ({
  type,
  payload: orderIdentity(order),
});

export const failedEvent = (order: OrderState): EventDraft => ({
  type: 'order.failed',
  payload: { ...orderIdentity(order), reason: order.failureReason ?? 'timeout' },
});

export const refundedEvent = (order: OrderState, amount: number): EventDraft => ({
  type: 'order.refunded',
  payload: {
    ...orderIdentity(order),
    amount: money(amount, order.currency),
    full: order.status === 'REFUNDED',
  },
});
