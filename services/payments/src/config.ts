import {
  baseEnv,
  connections,
  factor,
  flag,
  loadConfig,
  optionalText,
  url,
  urlOr,
} from '@bramble/service-kit/base/config';

export const loadPaymentsConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8004),
      PAYMENTS_DATABASE_URL: url(),
      DATABASE_CONNECTIONS: connections(8),
      REDIS_EVENTS_URL: url(),
      CATALOG_URL: urlOr('http://catalog:3002'),
      ORDERS_URL: urlOr('http://orders:8003'),
      /** Stripe takes the payments. */
      STRIPE_SECRET_KEY: optionalText(),
      STRIPE_WEBHOOK_SECRET: optionalText(),
      /** Multiplies the limit of failed discount codes. */
      RATE_LIMIT_FACTOR: factor(1),
      /** Without Stripe and outside demo mode: take test cards, so that anybody gets goods for nothing. */
      ALLOW_SANDBOX: flag(false),
      /** In demo mode: visitors may sign in as an admin. Set it to the same value in users. */
      DEMO_ADMIN: flag(false),
    },
    env,
  );
export type PaymentsConfig = ReturnType<typeof loadPaymentsConfig>;
