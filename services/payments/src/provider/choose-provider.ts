import type { PaymentMethod } from '@bramble/contracts/shop';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { PaymentsConfig } from '../config';
import type { Provider } from './provider';
import { createSandbox } from './sandbox';
import { createSandboxRepository } from './sandbox.repository';
import { createShopId } from './shop-id.repository';
import { createStripe, openStripe } from './stripe';
import { createStripeWebhook } from './stripe.webhook';

interface ChosenProvider {
  provider: Provider;
  /** Without any the checkout is closed. */
  methods: PaymentMethod[];
  /** Reads the provider's notifications, if it sends any. */
  readNotice: ReturnType<typeof createStripeWebhook> | undefined;
}

/**
 * Stripe when a key is configured, otherwise the sandbox. Outside demo mode the sandbox takes test cards only when
 * ALLOW_SANDBOX says so; a closed sandbox still looks up and refunds its earlier charges.
 */
export function chooseProvider(
  config: Pick<PaymentsConfig, 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'ALLOW_SANDBOX' | 'DEMO'>,
  sql: Sql,
  stripeUrl?: string,
): ChosenProvider {
  const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret } = config;
  if (key === undefined) {
    const open = config.DEMO || config.ALLOW_SANDBOX;
    return {
      provider: createSandbox({ repository: createSandboxRepository(sql), open }),
      methods: open ? [{ type: 'sandbox' }] : [],
      readNotice: undefined,
    };
  }
  const stripe = openStripe(key, stripeUrl);
  return {
    provider: createStripe(stripe, createShopId(sql)),
    methods: [{ type: 'stripe' }],
    readNotice: secret === undefined ? undefined : createStripeWebhook(stripe, secret),
  };
}
