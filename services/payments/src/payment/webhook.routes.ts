import { paymentsApi } from '@bramble/contracts/payments';
import { readBody } from '@bramble/service-kit/http/body';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { WebhookService } from './webhook.service';

export const webhookRoutes = (webhooks: WebhookService): Mountable[] => [
  endpoint(paymentsApi.stripeWebhook, async ({ req }) => {
    // The signature covers the raw bytes, so the operation has no parsed body.
    const signature = req.headers['stripe-signature'];
    await webhooks.receive(await readBody(req), typeof signature === 'string' ? signature : undefined);
    return undefined;
  }),
];
