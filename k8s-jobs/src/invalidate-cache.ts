import { Redis } from 'ioredis';
import { url } from '@bramble/service-kit/base/config';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/** The copies of public answers that catalog keeps; its counters are no copies and stay. */
const COPIES = ['catalog:product:*', 'catalog:list:*'];

/**
 * Drops every shared copy of the catalogue. Each write drops what it changed; this is the net below, should one ever have
 * been missed: the next reader gets the store's answer.
 */
export const invalidateCache = job({
  name: 'invalidate-cache',
  env: { REDIS_CACHE_URL: url() },
  tasks: () => ['cache_purge'],
  async run({ REDIS_CACHE_URL: address, CONNECT_SECONDS: seconds }, log) {
    const redis = await firstConnection('redis', { seconds, log }, async () => {
      const attempt = new Redis(address, {
        lazyConnect: true,
        maxRetriesPerRequest: 1,
        retryStrategy: () => null,
      });
      attempt.on('error', () => undefined);
      await attempt.connect();
      return attempt;
    });
    try {
      let dropped = 0;
      for (const pattern of COPIES) {
        for await (const keys of redis.scanStream({ match: pattern, count: 500 }) as AsyncIterable<
          string[]
        >) {
          if (keys.length > 0) dropped += await redis.unlink(...keys);
        }
      }
      return { dropped };
    } finally {
      redis.disconnect();
    }
  },
});
