import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Change } from '@bramble/service-kit/base/act';
import { baseEnv, loadConfig } from '@bramble/service-kit/base/config';
import { deadLetterEndpoints } from '@bramble/service-kit/events/dead-letters';
import { createService } from '@bramble/service-kit/service/create-service';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { adminOf, apiClient, signedUp, statusOf } from './browser';
import { openShop, type Shop } from './shop';

const groups = ['catalog', 'orders', 'payments', 'delivery'] as const;
const PATH = '/api/admin/dead-letters';

let shop: Shop;
let stores: TestStores;
let redis: Redis;
const services = new Map<string, StartedService>();
const audited: Change[] = [];

/** A service that has nothing but its dead letters, as the kit answers them. */
const lettersOf = (group: string) => {
  const service = createService({ name: group, config: loadConfig(baseEnv(0), testEnv()) });
  const events = openRedis(service, { role: 'events', url: stores.redisUrl });
  service.mount(
    deadLetterEndpoints(service, {
      redis: events,
      group,
      audit: async (change) => void audited.push(change),
    }),
  );
  return startService(service);
};
let written = 0;
/** Writes a letter as a consumer does, later than all before it, in whatever stream; answers its id. */
async function bury(group: string, stream: string): Promise<string> {
  const fields = {
    ...{ id: randomUUID(), type: 'order.placed', version: '1', key: randomUUID(), correlationId: 'c' },
    ...{ occurredAt: new Date().toISOString(), payload: '{"a":1}', group, entryId: '1-1', attempts: '5' },
    ...{ error: 'Error: poison', reason: 'handler', failedAt: new Date().toISOString() },
  };
  const at = `${Date.now()}-${++written}`;
  const entry = await redis.xadd(`${stream}:dead`, at, ...Object.entries(fields).flat());
  return `${stream}.${group}.${String(entry)}`;
}

beforeAll(async () => {
  stores = await testStores('service-kit');
  redis = new Redis(stores.redisUrl);
  for (const group of groups) services.set(group, await lettersOf(group));
  const urls = groups.map((group) => [`${group.toUpperCase()}_URL`, services.get(group)?.url ?? '']);
  shop = await openShop(Object.fromEntries(urls) as Record<string, string>);
});
afterAll(async () => {
  await shop.close();
  for (const service of services.values()) await service.stop();
  redis.disconnect();
  await stores.close();
});

describe('the dead letters of all services', () => {
  it('are one list for an admin, newest first, page by page', async () => {
    const ids: string[] = [];
    for (const [group, stream] of [
      ['orders', 'inventory_stream'],
      ['catalog', 'orders_stream'],
      ['payments', 'orders_stream'],
      ['delivery', 'orders_stream'],
      ['orders', 'payments_stream'],
    ] as const)
      ids.push(await bury(group, stream));
    const boss = await adminOf(shop.url);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await boss.get(`${PATH}?limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      expect(page.status).toBe(200);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor as string | null;
    } while (cursor);
    expect(seen).toEqual(ids.reverse());
    const [letter] = (await boss.get(`${PATH}?limit=1`)).body.items;
    expect(letter).toMatchObject({
      group: 'orders',
      attempts: 5,
      error: 'handler: Error: poison',
      payload: { a: 1 },
    });
  });

  it('go back to their own group when an admin replays one, once', async () => {
    const id = await bury('payments', 'orders_stream');
    const boss = await adminOf(shop.url);
    expect((await boss.post(`${PATH}/${id}/replay`)).status).toBe(204);
    const [entry] = await redis.xrange('orders_stream:replay:payments', '-', '+');
    expect(entry?.[1]).toContain('order.placed');
    expect((await boss.post(`${PATH}/${id}/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/${id.replace('payments', 'delivery')}/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/nonsense/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/${id.replace('payments', 'constructor')}/replay`)).status).toBe(404);
    expect(await redis.xlen('orders_stream:replay:payments')).toBe(1);
    expect(audited).toEqual([expect.objectContaining({ action: 'replayDeadLetter', target: id })]);
  });

  it('are nobody’s but an admin’s', async () => {
    const id = await bury('orders', 'delivery_stream');
    const { browser } = await signedUp(shop.url, { role: 'seller' });
    expect(await statusOf(browser, PATH)).toBe(403);
    expect((await browser.post(`${PATH}/${id}/replay`)).status).toBe(403);
    expect(await statusOf(apiClient(shop.url), PATH)).toBe(401);
    expect(await redis.xlen('delivery_stream:dead')).toBe(1);
  });

  it('are shown whole or not at all: without one of the services the list is 503', async () => {
    const boss = await adminOf(shop.url);
    await services.get('payments')?.stop();
    services.delete('payments');
    const reply = await boss.get(PATH);
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
  });
});
