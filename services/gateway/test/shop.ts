import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { serviceNames } from '@bramble/contracts/services';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { buildGateway } from '../src/app';
import { loadGatewayConfig } from '../src/config';

export interface Shop {
  url: string;
  gateway: StartedService;
  users: StartedService;
  stores: TestStores;
  /** The database of users. */
  sql: pg.Pool;
  redis: Redis;
  /** Settings of users, to start it again. */
  usersEnv: NodeJS.ProcessEnv;
  /** Settings of the gateway, to start another one. */
  gatewayEnv: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** An address where nothing listens. */
const NOWHERE = 'http://127.0.0.1:9';
const others = serviceNames.filter((name) => name !== 'gateway' && name !== 'notifications');

/** The gateway's environment when all these services answer at one address. */
export const urlsOf = (names: readonly string[], url: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, url]));

/** Users and the gateway on real stores; the other services are away unless `env` names them. */
export async function openShop(
  env: Record<string, string> = {},
  gatewayOnly: Record<string, string> = {},
): Promise<Shop> {
  const stores = await testStores('users');
  const usersEnv = testEnv({
    USERS_DATABASE_URL: stores.postgresUrl,
    REDIS_EVENTS_URL: stores.redisUrl,
    REDIS_CACHE_URL: stores.redisUrl,
    DEMO: 'on',
    DEMO_ADMIN: 'on',
    RATE_LIMIT_FACTOR: '100',
    ...env,
  });
  const usersConfig = loadUsersConfig(usersEnv);
  const users = await startService(buildUsers(usersConfig));
  const gatewayEnv = testEnv({
    REDIS_EVENTS_URL: stores.redisUrl,
    REDIS_CACHE_URL: stores.redisUrl,
    ...urlsOf(others, NOWHERE),
    USERS_URL: users.url,
    RATE_LIMIT_FACTOR: '100',
    ...env,
    ...gatewayOnly,
  });
  const gateway = await startService(buildGateway(loadGatewayConfig(gatewayEnv)));
  const sql = new pg.Pool({ connectionString: stores.postgresUrl, max: 2 });
  const redis = new Redis(stores.redisUrl);
  return {
    url: gateway.url,
    gateway,
    users,
    stores,
    sql,
    redis,
    usersEnv,
    gatewayEnv,
    close: async () => {
      await gateway.stop();
      await users.stop();
      await sql.end();
      redis.disconnect();
      await stores.close();
    },
  };
}

export const newEmail = (): string => `${randomUUID()}@example.test`;
export const PASSWORD = 'correct horse battery';
