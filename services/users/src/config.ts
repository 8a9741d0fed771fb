import { baseEnv, connections, factor, flag, loadConfig, url } from '@bramble/service-kit/base/config';

/** Reads the environment of users; throws ConfigError with every fault. */
export const loadUsersConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(3001),
      USERS_DATABASE_URL: url(),
      DATABASE_CONNECTIONS: connections(8),
      REDIS_EVENTS_URL: url(),
      DEMO_ADMIN: flag(false),
      RATE_LIMIT_FACTOR: factor(1),
    },
    env,
  );
export type UsersConfig = ReturnType<typeof loadUsersConfig>;
