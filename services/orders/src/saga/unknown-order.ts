import type { EventDraft, EventOf } from '@bramble/contracts/events';
import type { SagaEventName } from '../life/order.states';

type SagaEvent = EventOf<SagaEventName>;
const NOTHING_HELD = new Set<SagaEventName>([
  'stock.rejected',
  'stock.released',
  'delivery.stopped',
  'delivery.delivered',
  'payment.declined',
  'payment.refunded',
]);

/**
 * What is published about an order that the database does not have, as after a restore: the order's stock and its delivery
 * are released, and its money is given back. The refund has the payment's id, so that the same capture is refunded once.
 * Answers to these commands are ignored; otherwise the services would send events for ever.
 */
export function settleUnknown(event: SagaEvent): EventDraft[] {
  if (event.type === 'payment.captured') {
    const { orderId, paymentId, amount } = event.payload;
    return [{ type: 'order.refund_requested', payload: { orderId, refundId: paymentId, amount } }];
  }
  if (NOTHING_HELD.has(event.type)) return [];
  return [{ type: 'order.released', payload: { orderId: event.payload.orderId, restock: true } }];
}
