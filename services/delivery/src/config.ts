import { baseEnv, connections, loadConfig, seconds, url } from '@bramble/service-kit/base/config';

export const loadDeliveryConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8001),
      DELIVERY_MONGODB_URL: url(),
      DATABASE_CONNECTIONS: connections(10),
      REDIS_EVENTS_URL: url(),
      /** Seconds between the demo courier's steps; fractions are allowed. Only in demo mode. */
      DELIVERY_STEP_SECONDS: seconds(3),
    },
    env,
  );
export type DeliveryConfig = ReturnType<typeof loadDeliveryConfig>;
