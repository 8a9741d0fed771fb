import { tally } from '@bramble/test-kit/tally';
import { apiClient, Browser, copyOf, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('signing up and in', () => {
  it('opens an account with cookies that scripts cannot read', async () => {
    const browser = new Browser(shop.url);
    const email = newEmail();
    const reply = await browser.post('/api/auth/signup', {
      email: email.toUpperCase(),
      password: PASSWORD,
      name: 'Ana',
    });
    expect(reply.status).toBe(201);
    expect(reply.body.user).toEqual({
      id: expect.any(String),
      email,
      name: 'Ana',
      roles: ['customer'],
      createdAt: expect.any(String),
    });
    const cookies = reply.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['bramble_access', 'bramble_refresh']);
    for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    expect((await browser.get('/api/auth/me')).body.user.email).toBe(email);
  });

  it('refuses an address that has an account, whatever its case', async () => {
    const { email } = await signedUp(shop.url);
    const reply = await new Browser(shop.url).post('/api/auth/register', {
      email: email.toUpperCase(),
      password: PASSWORD,
      name: 'Twin',
    });
    expect([reply.status, reply.body.code]).toEqual([409, 'email_taken']);
  });

  it('names every fault of a sign-up and refuses fields it does not know', async () => {
    const reply = await new Browser(shop.url).post('/api/auth/signup', {
      email: 'nobody',
      password: 'short',
      name: '',
      roles: ['admin'],
    });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      'email',
      'name',
      'password',
      'roles',
    ]);
  });

  it('gives the same answer for an unknown address and a wrong password', async () => {
    const { email } = await signedUp(shop.url);
    const wrong = await new Browser(shop.url).post('/api/auth/login', { email, password: 'not this one' });
    const unknown = await new Browser(shop.url).post('/api/auth/login', {
      email: newEmail(),
      password: PASSWORD,
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'bad_credentials']);
    const { correlationId: _a, ...first } = wrong.body;
    const { correlationId: _b, ...second } = unknown.body;
    expect(second).toEqual(first);
  });

  it('signs in with cookies, and with bearer tokens for clients of the API', async () => {
    const { email, user } = await signedUp(shop.url);
    const browser = new Browser(shop.url);
    expect((await browser.post('/api/auth/login', { email, password: PASSWORD })).status).toBe(200);
    expect((await browser.get('/api/auth/me')).body.user.id).toBe(user.id);

    const tokens = await apiClient(shop.url).post('/api/auth/token', { email, password: PASSWORD });
    expect(tokens.body).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: 600,
      tokenType: 'Bearer',
    });
    expect(tokens.headers.getSetCookie()).toEqual([]);
    const me = await apiClient(shop.url, tokens.body.accessToken).get('/api/auth/me');
    expect(me.body.user.id).toBe(user.id);
  });

  it('lets in to the demo accounts with one click', async () => {
    for (const [role, email] of [
      ['buyer', 'demo@bramble.local'],
      ['seller', 'demo2@bramble.local'],
      ['admin', 'admin@bramble.local'],
    ]) {
      const reply = await new Browser(shop.url).post('/api/auth/demo-login', { role });
      expect([reply.status, reply.body.user.email]).toEqual([200, email]);
    }
    const byPassword = await new Browser(shop.url).post('/api/auth/login', {
      email: 'demo@bramble.local',
      password: 'demotest',
    });
    expect(byPassword.status).toBe(200);
  });

  it('opens 100 accounts at once', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, () => signedUp(shop.url)));
    expect(new Set(replies.map(({ user }) => user.id)).size).toBe(100);
  }, 120_000);
});

describe('a session', () => {
  it('is refused on the next call after a logout, also with a copy of its cookie', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    expect((await browser.post('/api/auth/logout')).status).toBe(204);
    expect(browser.cookies.size).toBe(0);
    const next = await copy.get('/api/auth/me');
    const refreshed = await copy.post('/api/auth/refresh');
    tally(
      'calls after logout, with a copy of the cookies',
      2,
      [next.status, refreshed.status].filter((status) => status !== 401),
    );
    expect(next.status).toBe(401);
    expect([refreshed.status, refreshed.body.code]).toEqual([401, 'session_ended']);
  });

  it('is refreshed by cookie and by token', async () => {
    const { browser, email, user } = await signedUp(shop.url);
    const before = browser.cookies.get('bramble_refresh');
    expect((await browser.post('/api/auth/refresh')).body.user.id).toBe(user.id);
    expect(browser.cookies.get('bramble_refresh')).not.toBe(before);

    const client = apiClient(shop.url);
    const { body: first } = await client.post('/api/auth/token', { email, password: PASSWORD });
    const { body: second } = await client.post('/api/auth/refresh', { refreshToken: first.refreshToken });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect((await apiClient(shop.url, second.accessToken).get('/api/auth/me')).status).toBe(200);
  });

  it('keeps a profile of known and free fields', async () => {
    const { browser } = await signedUp(shop.url);
    expect((await browser.get('/api/users/me/profile')).body).toEqual({ profile: { name: 'Ana Test' } });
    const profile = { name: 'Ana Other', theme: 'dark', shelves: [{ row: 1 }] };
    expect((await browser.put('/api/users/me/profile', profile)).body).toEqual({ profile });
    expect((await browser.get('/api/users/me/profile')).body).toEqual({ profile });
    expect((await browser.get('/api/auth/me')).body.user.name).toBe('Ana Other');
    expect((await browser.put('/api/users/me/profile', { theme: 'pink' })).status).toBe(400);
  });

  it('is required by routes for accounts and admins: 401 without one', async () => {
    for (const path of ['/api/auth/me', '/api/users/me/profile', '/api/users', '/api/admin/audit'])
      expect([path, (await new Browser(shop.url).get(path)).status]).toEqual([path, 401]);
  });
});
