import { randomUUID } from 'node:crypto';
import type { Change } from '@bramble/service-kit/base/act';
import { baseEnv, loadConfig } from '@bramble/service-kit/base/config';
import { deadLetterEndpoints } from '@bramble/service-kit/events/dead-letter-endpoints';
import { toLetter } from '@bramble/service-kit/events/dead-letters/letter';
import type { LetterStore } from '@bramble/service-kit/events/dead-letters/letter-store';
import { mongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import { mongoStore } from '@bramble/service-kit/events/mongo-store';
import { createService } from '@bramble/service-kit/service/create-service';
import { openMongo } from '@bramble/service-kit/stores/mongo';
import { openRedis, type Redis } from '@bramble/service-kit/stores/redis';
import { testEnv } from '@bramble/test-kit/env';
import { openProgram } from '@bramble/test-kit/run-program';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, apiClient, signedUp, statusOf } from './browser';
import { openShop, type Shop } from './shop';

const groups = ['catalog', 'orders', 'payments', 'delivery'] as const;
const PATH = '/api/admin/dead-letters';

let shop: Shop;
let stores: TestStores;
let urls: Record<string, string>;
let program: Awaited<ReturnType<typeof openProgram>>;
const services = new Map<string, StartedService>();
const audited: Change[] = [];
const letters = new Map<string, { store: LetterStore; redis: Redis }>();

/** A service with the kit's routes for dead letters and no others. */
const lettersOf = (group: string) => {
  const service = createService({ name: group, config: loadConfig(baseEnv(0), testEnv()) });
  const mongo = openMongo(service, { url: stores.mongodbUrl });
  const events = openRedis(service, { role: 'events', url: stores.redisUrl });
  const store = mongoStore(mongo, mongoOutbox(service, { mongo, redis: events, streams: [] }));
  service.mount(
    deadLetterEndpoints(service, { store, group, audit: async (change) => void audited.push(change) }),
  );
  letters.set(group, { store: store.deadLetters(group), redis: events });
  return startService(service);
};
let written = 0;
/** Writes a letter as a consumer does, later than all before it, in whatever stream; answers its id. */
async function addLetter(group: string, stream: string): Promise<string> {
  const id = randomUUID();
  const fields = {
    ...{ id, type: 'order.placed', version: '1', key: randomUUID(), correlationId: 'c', traceparent: '' },
    ...{ occurredAt: new Date().toISOString(), payload: '{"a":1}' },
  };
  const entry = { stream, origin: stream, id: '1-1', fields };
  const cause = { attempts: 5, error: 'Error: poison', reason: 'handler' as const };
  await letters.get(group)?.store.add(toLetter(group, entry, cause, new Date(1_000 * ++written)));
  return `${stream}.${group}.${id}`;
}
/** Writes a letter that is no event, with the type and the error of those that are. */
async function addNoEvent(group: string, stream: string): Promise<void> {
  const fields = { type: 'order.placed', payload: '{}' };
  const entry = { stream, origin: stream, id: `2-${++written}`, fields };
  const cause = { attempts: 5, error: 'Error: poison', reason: 'handler' as const };
  await letters.get(group)?.store.add(toLetter(group, entry, cause, new Date(1_000 * written)));
}
/** Runs `bramble-admin` as an operator of this shop. */
const admin = (...words: string[]) =>
  program.run(
    words,
    testEnv({
      ...{ ...urls, USERS_URL: shop.users.url },
      ...{ REDIS_EVENTS_URL: stores.redisUrl, REDIS_CACHE_URL: stores.redisUrl },
      SUDO_USER: 'ana',
    }),
  );
const sent = (stream: string, group: string) =>
  letters.get(group)?.redis.xrange(`${stream}:replay:${group}`, '-', '+') ?? [];

beforeAll(async () => {
  stores = await testStores('service-kit');
  for (const group of groups) services.set(group, await lettersOf(group));
  urls = Object.fromEntries([...services].map(([group, { url }]) => [`${group.toUpperCase()}_URL`, url]));
  shop = await openShop(urls);
  program = await openProgram('services/gateway/src/admin-main.ts');
});
afterAll(async () => {
  program.close();
  await shop.close();
  for (const service of services.values()) await service.stop();
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
      ids.push(await addLetter(group, stream));
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

  it('return to their own group, once, when an admin replays one', async () => {
    const id = await addLetter('payments', 'orders_stream');
    const boss = await adminOf(shop.url);
    expect((await boss.post(`${PATH}/${id}/replay`)).status).toBe(204);
    const [entry] = await waitFor(async () => {
      const found = await sent('orders_stream', 'payments');
      return found.length > 0 && found;
    });
    expect(entry?.[1]).toContain('order.placed');
    expect((await boss.post(`${PATH}/${id}/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/${id.replace('payments', 'delivery')}/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/nonsense/replay`)).status).toBe(404);
    expect((await boss.post(`${PATH}/${id.replace('payments', 'constructor')}/replay`)).status).toBe(404);
    expect(await sent('orders_stream', 'payments')).toHaveLength(1);
    expect(audited).toEqual([expect.objectContaining({ action: 'replayDeadLetter', target: id })]);
  });

  it('are shown and replayed for admins only', async () => {
    const id = await addLetter('orders', 'delivery_stream');
    const { browser } = await signedUp(shop.url, { role: 'seller' });
    expect(await statusOf(browser, PATH)).toBe(403);
    expect((await browser.post(`${PATH}/${id}/replay`)).status).toBe(403);
    expect(await statusOf(apiClient(shop.url), PATH)).toBe(401);
    expect(await letters.get('orders')?.store.find(id.split('.')[2] ?? '')).toBeDefined();
  });

  it('are listed by cause, replayed and discarded by bramble-admin', async () => {
    await admin('dead', 'discard', 'all', '--yes');
    const ids = [await addLetter('delivery', 'orders_stream'), await addLetter('delivery', 'orders_stream')];
    const { out, err } = await admin('dead', 'list', 'orders_stream');
    expect(err).toBe('');
    expect(out).toMatch(
      /^orders_stream\.delivery\.[\da-f]{12} {2}2 × order\.placed\n {4}handler: Error: poison\n/,
    );
    expect(out).toMatch(/\n2 in all\n$/);
    for (const id of ids) expect(out).toContain(id);
    expect(JSON.parse((await admin('dead', 'show', ids[0] ?? '')).out)).toMatchObject({ id: ids[0] });
    const [cause = ''] = out.split(' ');
    const refused = await admin('dead', 'discard', cause);
    expect(refused).toMatchObject({
      code: 2,
      err: 'bramble-admin: the question "Delete 2 dead letters for good?" needs a terminal: add --yes\n',
    });
    const replayed = await admin('dead', 'replay', cause, '--json');
    expect(JSON.parse(replayed.out)).toEqual({ replayed: 2 });
    expect(audited.at(-1)).toMatchObject({
      action: 'replayOwnDeadLettersOfCause',
      target: cause,
      after: { letters: 2 },
      operator: 'ana',
    });
    await waitFor(async () => (await sent('orders_stream', 'delivery')).length === 2);
    expect((await admin('dead', 'list')).out).toBe('no dead letters\n');
    const gone = await admin('dead', 'replay', cause);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('there is no dead letter') });
    expect(await admin('dead', 'list', 'river')).toMatchObject({ code: 2 });
  }, 120_000);

  it('are all sent again by bramble-admin but those that are no events, which it counts', async () => {
    await admin('dead', 'discard', 'all', '--yes');
    // The oldest cause has nothing but this letter; the next one has a letter of each kind.
    await addNoEvent('payments', 'orders_stream');
    await addNoEvent('catalog', 'orders_stream');
    await addLetter('catalog', 'orders_stream');
    await addLetter('orders', 'payments_stream');
    const { code, out, err } = await admin('dead', 'replay', 'all');
    expect(out).toMatch(/^2 sent through their handlers again/);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'bramble-admin: 2 can only be discarded, as no schema accepts them\n',
    });
    await waitFor(async () => (await sent('orders_stream', 'catalog')).length === 1);
    await waitFor(async () => (await sent('payments_stream', 'orders')).length === 1);
    const again = await admin('dead', 'replay', 'all', '--json');
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toEqual({ replayed: 0, left: 2 });
    expect(await admin('dead', 'discard', 'all', '--yes')).toMatchObject({ code: 0, out: '2 discarded\n' });
  }, 120_000);

  it('are listed by bramble-admin for users too', async () => {
    const eventId = randomUUID();
    await shop.sql.query(
      `INSERT INTO dead_letters (consumer, event_id, stream, type, key, reason, error, attempts, failed_at, cause, cause_id, fields)
       VALUES ('users', $1, 'orders_audit_stream', 'order.staff_acted', 'k', 'handler', 'e', 5, now(), 'e', 'abc', '{}')`,
      [eventId],
    );
    const { out } = await admin('dead', 'list', 'orders_audit_stream');
    expect(out).toContain(`orders_audit_stream.users.${eventId}`);
    expect(await admin('dead', 'discard', 'all', 'orders_audit_stream', '--yes')).toMatchObject({ code: 0 });
    expect((await shop.sql.query('SELECT FROM dead_letters')).rowCount).toBe(0);
    const { rows } = await shop.sql.query(
      `SELECT actor_id, subject, detail FROM audit_entries WHERE action = 'discardOwnDeadLettersOfCause'`,
    );
    expect(rows).toEqual([
      { actor_id: null, subject: 'orders_audit_stream.users.abc', detail: { operator: 'ana' } },
    ]);
  });

  it('are listed completely or not at all: the list is 503 without one of the services', async () => {
    const boss = await adminOf(shop.url);
    await services.get('payments')?.stop();
    services.delete('payments');
    const reply = await boss.get(PATH);
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
    expect(await admin('dead', 'list')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^bramble-admin: the shop's services do not all answer \(.*\); is it running\?\n$/,
      ),
    });
  });
});
