import { type OwnRedis, startOwnRedis } from '@bramble/test-kit/own-redis';
import { waitFor } from '@bramble/test-kit/wait-for';
import { silentProxy } from '../../shared/service-kit/test/silent-proxy';
import { adminOf, copyOf, signedUp, statusOf } from './browser';
import { openRecorder } from './recorder';
import { openShop, PASSWORD, type Shop } from './shop';

let redis: OwnRedis;
let shop: Shop;
beforeAll(async () => {
  redis = await startOwnRedis();
  shop = await openShop({ REDIS_EVENTS_URL: redis.url });
  await denylistIsReady(redis);
});
afterAll(async () => {
  await shop.close();
  await redis.stop();
});

const denylistIsReady = (server: OwnRedis) =>
  waitFor(async () => (await server.client.exists('denylist:ready')) === 1, {
    what: 'the denylist to be filled',
  });
/** Redis answers reads and refuses writes, as it does when its memory is full. */
const refuseWrites = () => redis.client.config('SET', 'maxmemory', '1');
const acceptWrites = () => redis.client.config('SET', 'maxmemory', '0');

describe('while Redis refuses writes', () => {
  afterEach(async () => {
    await acceptWrites();
    await denylistIsReady(redis);
  });

  it('a session that was logged out is refused on the next call', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    expect(await statusOf(copy)).toBe(200);
    await refuseWrites();
    expect((await browser.post('/api/auth/logout')).status).toBe(204);
    expect(await statusOf(copy)).toBe(401);
  });

  it('a disabled account is refused on the next call', async () => {
    const { browser, user } = await signedUp(shop.url);
    const admin = await adminOf(shop.url);
    await refuseWrites();
    expect((await admin.patch(`/api/users/${user.id}`, { disabled: true })).status).toBe(200);
    expect(await statusOf(browser)).toBe(401);
  });

  it('another session is refused right after the password changed', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    await refuseWrites();
    const body = { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` };
    expect((await browser.post('/api/users/me/password', body)).status).toBe(204);
    expect(await statusOf(copy)).toBe(401);
  });
});

describe('while Redis refuses every write, deletions too', () => {
  /** Redis refuses as it does with fewer replicas than it needs. */
  const needReplicas = (count: '0' | '1') => redis.client.config('SET', 'min-replicas-to-write', count);
  afterEach(async () => {
    await needReplicas('0');
    await denylistIsReady(redis);
  });

  it('an ended session, a disabled account and a taken role are refused after five seconds at the latest', async () => {
    const leaving = await signedUp(shop.url);
    const copy = copyOf(leaving.browser);
    const disabled = await signedUp(shop.url);
    const seller = await signedUp(shop.url, { role: 'seller' });
    const admin = await adminOf(shop.url);
    await needReplicas('1');
    await expect(redis.client.del('denylist:ready')).rejects.toThrow('NOREPLICAS');
    expect((await leaving.browser.post('/api/auth/logout')).status).toBe(204);
    const ban = await admin.patch(`/api/users/${disabled.user.id}`, { disabled: true });
    const demotion = await admin.patch(`/api/users/${seller.user.id}`, { roles: ['customer'] });
    expect([ban.status, demotion.status]).toEqual([200, 200]);
    const ended = [copy, disabled.browser, seller.browser];
    await waitFor(async () => (await Promise.all(ended.map((each) => statusOf(each)))).join(), {
      until: (statuses) => statuses === '401,401,401',
      // The mark lives for 5 s, and users renewed it for the last time before the first of these acts.
      timeout: 5_500,
      what: 'the refusals',
    });
    expect(await statusOf(admin)).toBe(200);
  }, 30_000);
});

describe('when users is cut off', () => {
  let server: OwnRedis;
  beforeEach(async () => {
    server = await startOwnRedis();
  });
  afterEach(() => server.stop());

  it('from Redis for five seconds, a session that ended is refused', async () => {
    const between = await silentProxy(server.url);
    const apart = await openShop({ REDIS_EVENTS_URL: between.url }, { REDIS_EVENTS_URL: server.url });
    try {
      const { browser } = await signedUp(apart.url);
      const copy = copyOf(browser);
      await denylistIsReady(server);
      await between.close();
      expect((await browser.post('/api/auth/logout')).status).toBe(204);
      await waitFor(async () => (await statusOf(copy)) === 401, { timeout: 6_000, what: 'the refusal' });
    } finally {
      await apart.close();
    }
  }, 30_000);

  it('from everybody, sessions stay good as long as the denylist is complete', async () => {
    const orders = await openRecorder();
    orders.answer = { status: 200, headers: {}, body: '{"items":[],"nextCursor":null}' };
    const apart = await openShop({ REDIS_EVENTS_URL: server.url, ORDERS_URL: orders.url });
    try {
      const { browser } = await signedUp(apart.url);
      await denylistIsReady(server);
      expect(await statusOf(browser, '/api/orders')).toBe(200);
      await apart.users.stop();
      await waitFor(async () => (await server.client.exists('denylist:ready')) === 0, {
        timeout: 7_000,
        what: 'the mark to expire',
      });
      expect(await statusOf(browser, '/api/orders')).toBe(200);
      await server.client.flushdb();
      expect(await statusOf(browser, '/api/orders')).toBe(503);
    } finally {
      await apart.close();
      await orders.leave();
    }
  }, 30_000);
});
