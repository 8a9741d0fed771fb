import type { EventDraft, EventPayload } from '@bramble/contracts/events';
import type { Attempt } from './attempt.repository';
import type { Refund } from './refund.repository';

/** The event of a settled attempt. */
export function attemptEvent({
  id,
  orderId,
  attempt,
  amount,
  currency,
  status,
  reason,
}: Attempt): EventDraft {
  return status === 'succeeded'
    ? {
        type: 'payment.captured',
        payload: { orderId, paymentId: id, attempt, amount: { amount, currency } },
      }
    : declinedEvent({ orderId, attempt, reason: reason ?? 'declined' });
}

export const declinedEvent = (payload: EventPayload<'payment.declined'>): EventDraft<'payment.declined'> => ({
  type: 'payment.declined',
  payload,
});

export const discountReturnedEvent = (orderId: string): EventDraft => ({
  type: 'discount.returned',
  payload: { orderId },
});

export const refundFailedEvent = ({ id, orderId, amount, currency }: Refund, reason: string): EventDraft => ({
  type: 'payment.refund_failed',
  payload: { orderId, refundId: id, amount: { amount, currency }, reason },
});

export const refundEvent = ({ id, orderId, amount, currency }: Refund): EventDraft => ({
  type: 'payment.refunded',
  payload: { orderId, refundId: id, amount: { amount, currency } },
});
