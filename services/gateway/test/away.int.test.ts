import { startService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { apiClient, copyOf, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

const NO_REDIS = 'redis://127.0.0.1:9';
let shop: Shop;
beforeAll(async () => {
  shop = await openShop(
    {},
    { REDIS_EVENTS_URL: NO_REDIS, REDIS_CACHE_URL: NO_REDIS, RATE_LIMIT_FACTOR: '1' },
  );
});
afterAll(() => shop.close());

describe('a gateway without Redis', () => {
  it('refuses a session that has ended, by asking users', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    expect((await copy.get('/api/auth/me')).status).toBe(200);
    expect((await browser.post('/api/auth/logout')).status).toBe(204);
    expect((await copy.get('/api/auth/me')).status).toBe(401);
  });

  it('still limits requests, by counts in memory, and exports that it does', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 122; n++)
      statuses.push((await apiClient(shop.url).post('/api/auth/token', {})).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const metrics = await (await fetch(`${shop.gateway.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/bramble_rate_limiter_fallback\{[^}]*limiter="login"[^}]*\} 1/);
  });
});

describe('a gateway without Redis and users', () => {
  it('answers 503 to every session, and accepts sessions again when users is back', async () => {
    const { browser } = await signedUp(shop.url);
    const { port } = new URL(shop.users.url);
    await shop.users.stop();
    const reply = await browser.get('/api/orders');
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
    const users = await startService(buildUsers(loadUsersConfig({ ...shop.usersEnv, PORT: port })));
    try {
      await waitFor(async () => (await browser.get('/api/auth/me')).status === 200, {
        timeout: 35_000,
        what: 'the breaker to close',
      });
      const login = await apiClient(shop.url).post('/api/auth/login', {
        email: newEmail(),
        password: PASSWORD,
      });
      expect(login.status).toBe(401);
    } finally {
      await users.stop();
    }
  }, 60_000);
});
