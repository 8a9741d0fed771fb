import type { Redis } from 'ioredis';
import { agentAs, anonymous } from '@bramble/test-kit/agent';
import { type OwnRedis, startOwnRedis } from '@bramble/test-kit/own-redis';
import type { StartedService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { offer, openShop, type Shop } from './builders';

const MEGABYTE = 1_000_000;
let shop: Shop;
const opened: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  shop = await openShop();
  for (let n = 0; n < 60; n++) await offer(shop, { description: 'x'.repeat(900) });
}, 60_000);
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop();
});
afterAll(() => shop.close());

const openRedis = async (...settings: string[]): Promise<OwnRedis> => {
  const redis = await startOwnRedis(...settings);
  opened.push(redis);
  return redis;
};
const openCatalog = async (more: Record<string, string>): Promise<StartedService> => {
  const catalog = await shop.start(more);
  opened.push(catalog);
  return catalog;
};
/** Asks for as many different lists of about 60 kB as an attacker likes, and answers the statuses. */
async function askForLists(catalog: StartedService, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    const path = `/api/products?limit=60&maxPrice=${100_000 + n}`;
    statuses.push((await agentAs(catalog, anonymous).get(path)).status);
  }
  return statuses;
}
const usedBytes = async (redis: Redis) => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
const copiesIn = (redis: Redis) => redis.keys('catalog:list:*');
const room = async (catalog: StartedService) =>
  /^bramble_cache_room(?:\{[^}]*\})? (\d)/m.exec(
    await (await fetch(`${catalog.opsUrl}/metrics`)).text(),
  )?.[1];

describe('copies of public answers', () => {
  it('never fill a Redis that also has the events', async () => {
    const both = await openRedis('--maxmemory', '8mb', '--maxmemory-policy', 'noeviction');
    const catalog = await openCatalog({ REDIS_EVENTS_URL: both.url, REDIS_CACHE_URL: both.url });
    const before = await usedBytes(both.client);
    const statuses = await askForLists(catalog, 150);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await usedBytes(both.client)) - before).toBeLessThan(2 * MEGABYTE);
    expect(await both.client.set('an event', '1')).toBe('OK');
  }, 60_000);

  it('are shared by replicas, and take few bytes however many different questions are asked', async () => {
    const cache = await openRedis();
    const catalog = await openCatalog({ REDIS_CACHE_URL: cache.url });
    await waitFor(async () => (await room(catalog)) === '1', { what: 'room for copies' });
    await waitFor(
      async () => {
        await agentAs(catalog, anonymous).get('/api/products?limit=1').expect(200);
        return (await copiesIn(cache.client)).length === 1;
      },
      { what: 'a copy of a list without filters' },
    );
    const before = await usedBytes(cache.client);
    const statuses = await askForLists(catalog, 150);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await usedBytes(cache.client)) - before).toBeLessThan(5 * MEGABYTE);
    const lives = await Promise.all((await copiesIn(cache.client)).map((key) => cache.client.ttl(key)));
    expect(lives.filter((seconds) => seconds > 5).length).toBeLessThanOrEqual(1);
  }, 60_000);

  it('are not written while a server that does not evict is more than 60 % full', async () => {
    const cache = await openRedis('--maxmemory', '12mb', '--maxmemory-policy', 'noeviction');
    const catalog = await openCatalog({ REDIS_CACHE_URL: cache.url });
    await waitFor(async () => (await room(catalog)) === '1', { what: 'room for copies' });
    const fillers = Array.from({ length: 16 }, (_, n) => `filler ${n}`);
    for (const key of fillers) await cache.client.set(key, 'x'.repeat(MEGABYTE / 2));
    await waitFor(async () => (await room(catalog)) === '0', { what: 'the end of the room' });
    await cache.client.del(...fillers);
    await waitFor(async () => (await room(catalog)) === '1', { what: 'room again' });
  }, 60_000);
});
