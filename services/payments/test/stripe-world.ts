import type { Test } from 'supertest';
import { agentAs, anonymous } from '@bramble/test-kit/agent';
import { startWorld, type World } from './builders';
import { type FakeStripe, startFakeStripe, WEBHOOK_SECRET } from './fake-stripe';

export interface StripeWorld {
  world: World;
  stripe: FakeStripe;
  /** Delivers a notification of Stripe, as Stripe signs it. */
  notify(type: string, object: Parameters<FakeStripe['notification']>[1]): Test;
  close(): Promise<void>;
}

/** Payments with Stripe as its provider. */
export async function startStripeWorld(): Promise<StripeWorld> {
  const stripe = await startFakeStripe();
  const world = await startWorld(
    { STRIPE_SECRET_KEY: 'sk_test_x', STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
    { stripeUrl: stripe.url },
  );
  return {
    world,
    stripe,
    notify: (type, object) => {
      const { body, signature } = stripe.notification(type, object);
      return agentAs(world.payments, anonymous)
        .post('/api/payments/webhooks/stripe')
        .set('content-type', 'application/json')
        .set('stripe-signature', signature)
        .send(body);
    },
    close: async () => {
      await world.close();
      await stripe.stop();
    },
  };
}
