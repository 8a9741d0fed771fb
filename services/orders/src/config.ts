import {
  baseEnv,
  connections,
  factor,
  loadConfig,
  seconds,
  url,
  urlOr,
} from '@bramble/service-kit/base/config';

export const loadOrdersConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8003),
      ORDERS_DATABASE_URL: url(),
      ORDERS_REPLICA_URL: url().optional(),
      DATABASE_CONNECTIONS: connections(12),
      REDIS_EVENTS_URL: url(),
      PAYMENTS_URL: urlOr('http://payments:8004'),
      RESERVATION_TTL_SECONDS: seconds(600),
      /** Multiplies the limits of unpaid orders. */
      RATE_LIMIT_FACTOR: factor(1),
    },
    env,
  );
export type OrdersConfig = ReturnType<typeof loadOrdersConfig>;
