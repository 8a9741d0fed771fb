import { paymentsApi } from '@bramble/contracts/payments';
import { readBody } from '@bramble/service-kit/http/body';
import { raw } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { WebhookService } from './webhook.service';

const { method, path } = paymentsApi.stripeWebhook;

/** The signature is over the bytes as sent, so the body is not parsed before. */
export const webhookRoutes = (webhooks: WebhookService): Mountable[] => [
  raw(method, path, async (req, res) => {
    const signature = req.headers['stripe-signature'];
    await webhooks.receive(await readBody(req), typeof signature === 'string' ? signature : undefined);
    res.writeHead(204).end();
  }),
];
