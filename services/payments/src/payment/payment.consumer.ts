import type { PaymentRequestService, PaymentUnit } from './payment-request.service';

/** The consumer of orders' events: captures, refunds and uses of discount codes. */
export const paymentConsumer = (requests: PaymentRequestService) => ({
  group: 'payments',
  types: [
    'order.placed',
    'payment.requested',
    'order.released',
    'order.refund_requested',
    'order.discount_return_requested',
  ] as const,
  handle: (unit: PaymentUnit) => requests.handle(unit),
});
