import { baseEnv, loadConfig, optionalText, url, urlOr } from '@bramble/service-kit/base/config';

export const loadPaymentsConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8004),
      PAYMENTS_DATABASE_URL: url(),
      REDIS_EVENTS_URL: url(),
      CATALOG_URL: urlOr('http://catalog:3002'),
      ORDERS_URL: urlOr('http://orders:8003'),
      /** With a key Stripe takes the payments, without one the sandbox does. */
      STRIPE_SECRET_KEY: optionalText(),
      STRIPE_WEBHOOK_SECRET: optionalText(),
    },
    env,
  );
export type PaymentsConfig = ReturnType<typeof loadPaymentsConfig>;
