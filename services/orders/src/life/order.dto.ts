import type { Order } from '@bramble/contracts/orders';
import { refundedSum } from './order.effects';
import { isFinal } from './order.states';
import type { OrderState, OrderView } from './order.types';

function paymentStatus(order: OrderState): Order['payment']['status'] {
  if (order.capture !== 'captured') {
    // Nobody charges an order that has ended, so nothing is pending any more.
    return order.capture === 'pending' && isFinal(order.status) ? 'none' : order.capture;
  }
  if (order.refunds.some(({ confirmedAt }) => confirmedAt === undefined)) return 'refunding';
  const allGivenBack = refundedSum(order) >= order.captured;
  return allGivenBack && (order.refunds.length > 0 || order.status === 'REFUNDED') ? 'refunded' : 'captured';
}

/** The order as the contract shows it. */
export const toOrder = (order: OrderView): Order => ({
  id: order.id,
  number: order.number,
  userId: order.userId,
  status: order.status,
  ...(order.failureReason === undefined ? {} : { failureReason: order.failureReason }),
  payment: { status: paymentStatus(order), attempts: order.attempt },
  ...(order.status === 'PENDING' || order.status === 'RESERVED'
    ? { expiresAt: new Date(order.expiresAt).toISOString() }
    : {}),
  items: order.lines,
  totals: order.totals,
  shippingAddress: order.shippingAddress,
  timeline: order.timeline,
  version: order.version,
  createdAt: new Date(order.createdAt).toISOString(),
});
