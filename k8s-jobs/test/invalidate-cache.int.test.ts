import { Redis } from 'ioredis';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { invalidateCache } from '../src/invalidate-cache';
import { configOf } from '../src/shared/job';

let stores: TestStores;
let redis: Redis;
beforeAll(async () => {
  stores = await testStores('jobs');
  redis = new Redis(stores.redisUrl);
});
afterAll(async () => {
  redis.disconnect();
  await stores.close();
});

it('drops every copy of the catalogue, and neither its counters nor anything of others', async () => {
  const copies = Array.from({ length: 1_200 }, (_, n) => [
    `catalog:product:${n}`,
    'x',
    `catalog:list:1.1:${n}`,
    'x',
  ]);
  await redis.mset(...copies.flat());
  const kept = { 'catalog:count:edits': '7', 'limit:login:1': '3', 'orders_stream-like': '1' };
  await redis.mset(kept);
  const run = () =>
    invalidateCache.run(
      configOf(invalidateCache, { REDIS_CACHE_URL: stores.redisUrl }),
      createLogger('test', 'silent'),
    );
  expect(await run()).toEqual({ dropped: 2_400 });
  expect(await run()).toEqual({ dropped: 0 });
  expect((await redis.keys('*')).sort()).toEqual(Object.keys(kept).sort());
});
