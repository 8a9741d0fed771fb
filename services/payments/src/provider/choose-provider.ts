import type { Sql } from '@bramble/service-kit/stores/postgres';
import type { PaymentsConfig } from '../config';
import type { Provider } from './provider';
import { createSandbox } from './sandbox';
import { createSandboxRepository } from './sandbox.repository';
import { createStripe, openStripe } from './stripe';
import { createStripeWebhook } from './stripe.webhook';

/**
 * Stripe when a key is configured, otherwise the sandbox; with the reader of the provider's notifications, if it sends
 * any.
 */
export function chooseProvider(
  config: Pick<PaymentsConfig, 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET'>,
  sql: Sql,
  stripeUrl?: string,
): { provider: Provider; readNotice: ReturnType<typeof createStripeWebhook> | undefined } {
  const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret } = config;
  if (key === undefined)
    return { provider: createSandbox({ repository: createSandboxRepository(sql) }), readNotice: undefined };
  const stripe = openStripe(key, stripeUrl);
  return {
    provider: createStripe(stripe),
    readNotice: secret === undefined ? undefined : createStripeWebhook(stripe, secret),
  };
}
