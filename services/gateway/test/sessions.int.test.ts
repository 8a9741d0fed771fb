import { tally } from '@bramble/test-kit/tally';
import { adminOf, apiClient, Browser, copyOf, signedUp, statusOf, tokensFor } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('refresh tokens', () => {
  it('keep ten tabs signed in that refresh at once', async () => {
    const { browser } = await signedUp(shop.url);
    const tabs = Array.from({ length: 10 }, () => copyOf(browser));
    const replies = await Promise.all(tabs.map((tab) => tab.post('/api/auth/refresh')));
    const after = await Promise.all(tabs.map((tab) => statusOf(tab)));
    const statuses = [...replies.map(({ status }) => status), ...after];
    tally(
      'tabs that refresh at once',
      tabs.length,
      statuses.filter((status) => status !== 200),
    );
    expect(statuses).toEqual(Array(20).fill(200));
  });

  it('end their whole session when a rotated one is sent again after 15 seconds', async () => {
    const { email } = await signedUp(shop.url);
    const first = await tokensFor(shop.url, email);
    const client = apiClient(shop.url);
    const second = (await client.post('/api/auth/refresh', { refreshToken: first.refreshToken })).body;
    await shop.sql.query(
      `UPDATE refresh_tokens SET rotated_at = rotated_at - interval '16 seconds' WHERE rotated_at IS NOT NULL`,
    );
    const stolen = await client.post('/api/auth/refresh', { refreshToken: first.refreshToken });
    expect([stolen.status, stolen.body.code]).toEqual([401, 'session_ended']);
    const owner = await client.post('/api/auth/refresh', { refreshToken: second.refreshToken });
    expect([owner.status, owner.body.code]).toEqual([401, 'session_ended']);
    const after = await statusOf(apiClient(shop.url, second.accessToken));
    tally(
      'uses of a family after a rotated token came again',
      3,
      [stolen.status, owner.status, after].filter((status) => status !== 401),
    );
    expect(after).toBe(401);
    const metrics = await (await fetch(`${shop.users.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/bramble_token_reuse_total\{[^}]*\} 1/);
  });

  it('sign out alone, without an access token', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    for (const name of browser.cookies.keys()) if (name.includes('access')) browser.cookies.delete(name);
    expect((await browser.post('/api/auth/logout')).status).toBe(204);
    expect([...browser.cookies.keys()].filter((name) => name.includes('refresh'))).toEqual([]);
    expect(await statusOf(copy)).toBe(401);
    expect((await copy.post('/api/auth/refresh')).status).toBe(401);
    expect((await browser.post('/api/auth/logout')).status).toBe(401);
  });

  it.each([
    ['/api/auth/login', (email: string) => ({ email, password: PASSWORD })],
    ['/api/auth/signup', () => ({ email: newEmail(), password: PASSWORD, name: 'Other' })],
    ['/api/auth/demo-login', () => ({ role: 'buyer' })],
  ])('end the session that a sign-in in the same browser replaces: %s', async (path, body) => {
    const { browser, email } = await signedUp(shop.url);
    const replaced = copyOf(browser);
    const elsewhere = new Browser(shop.url);
    await elsewhere.post('/api/auth/login', { email, password: PASSWORD });
    const wrong = await browser.post('/api/auth/login', { email, password: 'not this one' });
    expect([wrong.status, await statusOf(replaced)]).toEqual([401, 200]);
    expect((await browser.post(path, body(email))).status).toBeLessThan(300);
    expect(await statusOf(browser)).toBe(200);
    expect(await statusOf(replaced)).toBe(401);
    expect((await replaced.post('/api/auth/refresh')).status).toBe(401);
    expect(await statusOf(elsewhere)).toBe(200);
  });

  it('renew a session for 90 days at most, however often it is used', async () => {
    const { email } = await signedUp(shop.url);
    const client = apiClient(shop.url);
    const { refreshToken } = await tokensFor(shop.url, email);
    const age = (days: number) =>
      shop.sql.query(
        `UPDATE sessions SET created_at = now() - make_interval(days => $2)
         WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = sha256(convert_to($1, 'UTF8')))`,
        [refreshToken, days],
      );
    await age(89);
    expect((await client.post('/api/auth/refresh', { refreshToken })).status).toBe(200);
    await age(90);
    expect((await client.post('/api/auth/refresh', { refreshToken })).status).toBe(401);
  });

  it('are stored as hashes only', async () => {
    const { email } = await signedUp(shop.url);
    const { refreshToken } = await tokensFor(shop.url, email);
    const { rows } = await shop.sql.query<{ count: string }>(
      'SELECT count(*) FROM refresh_tokens WHERE hash = sha256(convert_to($1, $2))',
      [refreshToken, 'UTF8'],
    );
    expect(rows[0]?.count).toBe('1');
  });

  it('are refused when the shop did not issue them', async () => {
    const reply = await apiClient(shop.url).post('/api/auth/refresh', { refreshToken: 'x'.repeat(43) });
    expect([reply.status, reply.body.code]).toEqual([401, 'session_ended']);
    expect((await new Browser(shop.url).post('/api/auth/refresh')).status).toBe(401);
  });
});

describe('what an admin changes takes effect on the next call', () => {
  it('a role', async () => {
    const { browser, user } = await signedUp(shop.url);
    const boss = await adminOf(shop.url);
    expect(await statusOf(browser, '/api/users')).toBe(403);
    const reply = await boss.patch(`/api/users/${user.id}`, { roles: ['customer', 'admin'] });
    expect(reply.body.user.roles).toEqual(['customer', 'admin']);
    expect(await statusOf(browser)).toBe(401);
    await browser.post('/api/auth/refresh');
    expect(await statusOf(browser, '/api/users')).toBe(200);

    await boss.patch(`/api/users/${user.id}`, { roles: ['customer'] });
    expect(await statusOf(browser, '/api/users')).toBe(401);
    await browser.post('/api/auth/refresh');
    expect(await statusOf(browser, '/api/users')).toBe(403);
  });

  it('a ban, and its end', async () => {
    const { browser, user, email } = await signedUp(shop.url);
    const boss = await adminOf(shop.url);
    expect((await boss.patch(`/api/users/${user.id}`, { disabled: true })).body.user.disabled).toBe(true);
    expect(await statusOf(browser)).toBe(401);
    expect((await browser.post('/api/auth/refresh')).status).toBe(401);
    const login = await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD });
    expect([login.status, login.body.code]).toEqual([403, 'account_disabled']);
    await boss.patch(`/api/users/${user.id}`, { disabled: false });
    expect((await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD })).status).toBe(
      200,
    );
  });

  it('is in the audit log, and an admin cannot demote or ban themselves', async () => {
    const { user } = await signedUp(shop.url);
    const boss = await adminOf(shop.url);
    await boss.patch(`/api/users/${user.id}`, { roles: ['customer', 'courier'] });
    const { body } = await boss.get('/api/admin/audit?limit=1');
    expect(body.items).toEqual([
      expect.objectContaining({
        action: 'changeUser',
        subject: user.id,
        before: { roles: ['customer'] },
        after: { roles: ['customer', 'courier'] },
      }),
    ]);
    const me = (await boss.get('/api/auth/me')).body.user.id as string;
    expect((await boss.patch(`/api/users/${me}`, { disabled: true })).status).toBe(409);
    expect((await boss.patch(`/api/users/${me}`, { roles: ['customer'] })).status).toBe(409);
  });
});

describe('accounts as others see them', () => {
  it('are listed and searched by admins, page by page', async () => {
    const mark = newEmail().slice(0, 12);
    for (const n of [1, 2, 3]) await signedUp(shop.url, { name: `${mark} ${n}` });
    const boss = await adminOf(shop.url);
    const first = (await boss.get(`/api/users?q=${mark}&limit=2`)).body;
    const second = (await boss.get(`/api/users?q=${mark}&limit=2&cursor=${first.nextCursor}`)).body;
    const names = [...first.items, ...second.items].map((user: { name: string }) => user.name);
    expect(names).toEqual([`${mark} 3`, `${mark} 2`, `${mark} 1`]);
    expect(second.nextCursor).toBeNull();
    expect((await boss.get('/api/users?q=%25')).body.items).toEqual([]);
    expect((await boss.get('/api/users?cursor=nonsense')).status).toBe(400);
  });

  it('are seen and changed by their owner alone', async () => {
    const { browser, user } = await signedUp(shop.url);
    const other = await signedUp(shop.url);
    expect((await browser.get(`/api/users/${user.id}`)).body.user.id).toBe(user.id);
    expect(await statusOf(browser, `/api/users/${other.user.id}`)).toBe(404);
    expect((await browser.patch(`/api/users/${user.id}`, { roles: ['admin'] })).status).toBe(403);
  });
});
