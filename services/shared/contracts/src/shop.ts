import { z } from 'zod';
import { operation } from './operation';

/** `sandbox` takes test cards only. */
const paymentMethodSchema = z.object({ type: z.enum(['stripe', 'sandbox']) });
export type PaymentMethod = z.infer<typeof paymentMethodSchema>;

export const shopApi = {
  shop: operation({
    id: 'getShop',
    method: 'get',
    path: '/api/shop',
    service: 'payments',
    tag: 'shop',
    summary: 'What the shop offers',
    description:
      'Its currency and payment methods, and whether it is a demo. Without a payment method the checkout is closed: orders are refused with 409 `checkout_closed`.',
    access: 'anyone',
    responses: {
      200: z.object({
        currency: z.string(),
        paymentMethods: z.array(paymentMethodSchema),
        demo: z.boolean(),
      }),
    },
  }),
};
