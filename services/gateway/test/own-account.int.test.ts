import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, apiClient, Browser, copyOf, signedUp, statusOf } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a password', () => {
  it('is changed by its owner; other sessions end, this one goes on', async () => {
    const { browser, email } = await signedUp(shop.url);
    const elsewhere = new Browser(shop.url);
    await elsewhere.post('/api/auth/login', { email, password: PASSWORD });
    const wrong = await browser.post('/api/users/me/password', {
      currentPassword: 'guess',
      newPassword: 'new secret',
    });
    expect(wrong.status).toBe(400);
    const old = copyOf(browser);
    expect(
      (await browser.post('/api/users/me/password', { currentPassword: PASSWORD, newPassword: 'new secret' }))
        .status,
    ).toBe(204);
    expect(await statusOf(browser)).toBe(200);
    expect(await statusOf(old)).toBe(401);
    expect(await statusOf(elsewhere)).toBe(401);
    expect((await elsewhere.post('/api/auth/refresh')).status).toBe(401);
    expect((await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD })).status).toBe(
      401,
    );
    expect(
      (await new Browser(shop.url).post('/api/auth/login', { email, password: 'new secret' })).status,
    ).toBe(200);
  });

  it('is kept as argon2id with 19 MiB, and hashed again when it was kept otherwise', async () => {
    const { email } = await signedUp(shop.url);
    const hashOf = async () =>
      (
        await shop.sql.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE email = $1', [
          email,
        ])
      ).rows[0]?.password_hash ?? '';
    expect(await hashOf()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    // The same password, hashed with 1 MiB.
    const weak =
      '$argon2id$v=19$m=1024,t=2,p=1$h1aD1x6/vPD1y+4sb9REJw$kv2qHGicxC1AACh80qaf4/Wm9hJHC0tCxpOYYpIBfgo';
    await shop.sql.query('UPDATE users SET password_hash = $2 WHERE email = $1', [email, weak]);
    expect((await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD })).status).toBe(
      200,
    );
    expect(await hashOf()).toMatch(/m=19456/);
  });

  it('is set anew by a link that works once, and ends all sessions', async () => {
    const { browser, email } = await signedUp(shop.url);
    const anonymous = apiClient(shop.url);
    const known = await anonymous.post('/api/auth/forgot-password', { email });
    const unknown = await anonymous.post('/api/auth/forgot-password', { email: newEmail() });
    expect([known.status, unknown.status]).toEqual([204, 204]);
    const mail = await waitFor(
      async () => (await listedMails()).find((each) => each.kind === 'reset-password' && each.to === email),
      {
        what: 'the mail',
      },
    );
    const token = tokenIn(mail.path);
    const forged = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(
      (await anonymous.post('/api/auth/reset-password', { token: forged, password: 'from the link' })).body
        .code,
    ).toBe('token_invalid');
    expect((await anonymous.post('/api/auth/verify-email', { token })).body.code).toBe('token_invalid');
    expect(
      (await anonymous.post('/api/auth/reset-password', { token, password: 'from the link' })).status,
    ).toBe(204);
    expect(
      (await anonymous.post('/api/auth/reset-password', { token, password: 'once more..' })).body.code,
    ).toBe('token_invalid');
    expect(await statusOf(browser)).toBe(401);
    expect((await browser.post('/api/auth/login', { email, password: 'from the link' })).status).toBe(200);
  });
});

interface Mail {
  id: string;
  kind: string;
  to: string;
  path: string;
}
const listedMails = async (): Promise<Mail[]> => {
  const { body } = await agentAs(shop.users, asService).get('/internal/mail-jobs');
  return (body as { items: Mail[] }).items;
};
const tokenIn = (path: string) => decodeURIComponent(path.split('token=')[1] ?? '');

describe('mails', () => {
  it('are listed until they are marked as taken, and the queue gets an entry for each', async () => {
    const { email, user } = await signedUp(shop.url);
    const find = async () => {
      for (;;) {
        const mails = await listedMails();
        const mine = mails.find((mail) => mail.to === email);
        if (mine || mails.length === 0) return mine;
        for (const mail of mails)
          await agentAs(shop.users, asService).post(`/internal/mail-jobs/${mail.id}/taken`).expect(204);
      }
    };
    const mail = await find();
    expect(mail).toMatchObject({ kind: 'verify-email', to: email, name: 'Ana Test' });
    expect(await shop.redis.lrange('queue:emails', 0, -1)).toContain(
      JSON.stringify({ source: 'users', id: mail?.id }),
    );
    const reply = await apiClient(shop.url).post('/api/auth/verify-email', {
      token: tokenIn(mail?.path ?? ''),
    });
    expect(reply.status).toBe(204);
    const seen = (await (await adminOf(shop.url)).get(`/api/users/${user.id}`)).body.user;
    expect(seen.emailVerified).toBe(true);
    await agentAs(shop.users, asService).post(`/internal/mail-jobs/${mail?.id}/taken`).expect(204);
    expect((await listedMails()).some(({ id }) => id === mail?.id)).toBe(false);
  });

  it('are not reachable through the gateway, nor in users without an internal token', async () => {
    expect(await statusOf(apiClient(shop.url), '/internal/mail-jobs')).toBe(404);
    expect((await fetch(`${shop.users.url}/internal/mail-jobs`)).status).toBe(401);
  });
});

describe('one’s data', () => {
  it('is erased with the password alone, so that a session left open cannot end the account', async () => {
    const { browser } = await signedUp(shop.url);
    for (const body of [undefined, {}, { password: '' }, { password: 'a guess' }]) {
      const refused = await browser.delete('/api/users/me', body);
      expect([refused.status, refused.body.code]).toEqual([403, 'confirmation_required']);
    }
    expect(await statusOf(browser)).toBe(200);
  });

  it('is erased', async () => {
    const { browser, email, user } = await signedUp(shop.url);
    await browser.put('/api/users/me/profile', { phone: '123', name: 'Ana Test' });
    const copy = copyOf(browser);
    expect((await browser.delete('/api/users/me', { password: PASSWORD })).status).toBe(204);
    expect(await statusOf(copy)).toBe(401);
    expect((await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD })).status).toBe(
      401,
    );
    const { rows } = await shop.sql.query('SELECT * FROM users WHERE id = $1', [user.id]);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${email}|Ana|123"`));
    expect(
      (await new Browser(shop.url).post('/api/auth/signup', { email, password: PASSWORD, name: 'Back' }))
        .status,
    ).toBe(201);
  });
});
