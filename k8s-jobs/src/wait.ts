import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { integer, text, url } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { migrationsApplied } from '@bramble/service-kit/stores/migrate';
import { mongoUrl } from './shared/databases';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';
import { withMongo } from './shared/mongo';

const KINDS = [
  { pattern: /^[A-Z]+_DATABASE_URL$/, schema: url },
  { pattern: /^[A-Z]+_MONGODB_URL$/, schema: mongoUrl },
  { pattern: /^REDIS_(EVENTS|CACHE)_URL$/, schema: url },
];

/** Delays the start of a service until its stores answer and the schema is at least its own; a newer schema passes. */
export const wait = job({
  name: 'wait',
  env: (env) => ({
    WAIT_SECONDS: integer(300, 1, 3_600),
    MIGRATIONS_DIR: text(),
    ...Object.fromEntries(
      Object.keys(env).flatMap((name) => {
        const kind = KINDS.find(({ pattern }) => pattern.test(name));
        return kind === undefined ? [] : [[name, kind.schema()]];
      }),
    ),
  }),
  async run(config, log) {
    const options = { seconds: config.WAIT_SECONDS, log };
    const stores = Object.entries(config).filter((entry): entry is [string, string] =>
      entry[0].endsWith('_URL'),
    );
    await Promise.all(
      stores.map(([name, address]) => {
        if (name.startsWith('REDIS_')) return waitForRedis(address, options);
        if (name.endsWith('_MONGODB_URL')) return withMongo(address, options, () => Promise.resolve());
        return waitForSchema(address, config.MIGRATIONS_DIR, options);
      }),
    );
    return { stores: stores.map(([name]) => name) };
  },
});

const waitForSchema = (address: string, folder: string, options: { seconds: number; log: Logger }) =>
  firstConnection('postgres', options, async () => {
    if (existsSync(folder) && !(await migrationsApplied({ url: address, migrationsDir: folder }))) {
      throw new Error('the schema is older than this image');
    }
  });

const waitForRedis = (address: string, options: { seconds: number; log: Logger }) =>
  firstConnection('redis', options, async () => {
    const redis = new Redis(address, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
    } finally {
      redis.disconnect();
    }
  });
