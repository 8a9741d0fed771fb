import type { Order } from '@bramble/contracts/orders';
import { refundedSum } from './order.effects';
import { isFinal } from './order.states';
import type { OrderState, OrderView } from './order.types';
import { isUnnamed } from './unnamed-address';

function paymentStatus(order: OrderState): Order['payment']['status'] {
  if (order.capture !== 'captured') {
    // An order that has ended is not charged any more, so a pending payment is shown as none.
    return order.capture === 'pending' && isFinal(order.status) ? 'none' : order.capture;
  }
  if (order.refunds.some(({ confirmedAt }) => confirmedAt === undefined)) return 'refunding';
  const fullyRefunded = refundedSum(order) >= order.captured;
  return fullyRefunded && (order.refunds.length > 0 || order.status === 'REFUNDED') ? 'refunded' : 'captured';
}

/** The order in the form of the contract. */
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
  ...(isUnnamed(order.shippingAddress) ? { buyerErased: true as const } : {}),
  timeline: order.timeline,
  version: order.version,
  createdAt: new Date(order.createdAt).toISOString(),
});
