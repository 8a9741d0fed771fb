import { Redis } from 'ioredis';
import { url } from '@bramble/service-kit/base/config';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/** The keys of catalog's cached answers. Its counters are not cached answers and stay. */
const COPIES = ['catalog:product:*', 'catalog:list:*'];

/**
 * Deletes catalog's cached answers in Redis. Every write invalidates what it changed, so this is only needed if an
 * invalidation was missed.
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
