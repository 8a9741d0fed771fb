import { baseEnv, flag, loadConfig, optionalText, url, urlOr } from '@bramble/service-kit/base/config';

export const loadPaymentsConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8004),
      PAYMENTS_DATABASE_URL: url(),
      REDIS_EVENTS_URL: url(),
      CATALOG_URL: urlOr('http://catalog:3002'),
      ORDERS_URL: urlOr('http://orders:8003'),
      /** Stripe takes the payments. */
      STRIPE_SECRET_KEY: optionalText(),
      STRIPE_WEBHOOK_SECRET: optionalText(),
      /** Without Stripe and outside demo mode: take test cards, so that anybody gets goods for nothing. */
      ALLOW_SANDBOX: flag(false),
    },
    env,
  );
export type PaymentsConfig = ReturnType<typeof loadPaymentsConfig>;
