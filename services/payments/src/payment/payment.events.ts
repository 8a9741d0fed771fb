import { newEvent } from '@bramble/service-kit/events/events';
import { withContext } from '@bramble/service-kit/base/request-context';
import type { AnyEvent } from '@bramble/contracts/events';
import type { Attempt } from './attempt.repository';
import type { Refund } from './refund.repository';

/** What an attempt that is settled tells the others. */
export function attemptEvent(attempt: Attempt): AnyEvent {
  const { id, orderId, amount, currency } = attempt;
  return withContext(attempt, () =>
    attempt.status === 'succeeded'
      ? newEvent('payment.captured', orderId, {
          orderId,
          paymentId: id,
          attempt: attempt.attempt,
          amount: { amount, currency },
        })
      : newEvent('payment.declined', orderId, {
          orderId,
          attempt: attempt.attempt,
          reason: attempt.reason ?? 'declined',
        }),
  );
}

export function refundEvent(refund: Refund): AnyEvent {
  const { id, orderId, amount, currency } = refund;
  return withContext(refund, () =>
    newEvent('payment.refunded', orderId, { orderId, refundId: id, amount: { amount, currency } }),
  );
}
