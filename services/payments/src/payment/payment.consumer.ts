import type { PaymentRequestService, PaymentUnit } from './payment-request.service';

/** Captures, refunds and counts discount codes as orders ask for it. */
export const paymentConsumer = (requests: PaymentRequestService) => ({
  group: 'payments',
  types: [
    'order.placed',
    'payment.requested',
    'order.released',
    'order.refund_requested',
    'order.failed',
    'order.cancelled',
  ] as const,
  handle: (unit: PaymentUnit) => requests.handle(unit),
});
