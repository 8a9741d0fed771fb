import { paymentsApi } from '@bramble/contracts/payments';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { PaymentService } from './payment.service';

export const paymentRoutes = (payments: PaymentService): Mountable[] => [
  endpoint(paymentsApi.list, ({ actor, query }) => payments.list(actor, query)),
];
