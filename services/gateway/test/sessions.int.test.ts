import { generateKeyPairSync, sign } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { decodeJwt, SignJWT } from 'jose';
import { runUsersAdmin } from '../../users/src/admin';
import { loadUsersConfig } from '../../users/src/config';
import { waitFor } from '@bramble/test-kit/wait-for';
import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { apiClient, Browser, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
let sql: pg.Pool;
let redis: Redis;
beforeAll(async () => {
  shop = await openShop();
  sql = new pg.Pool({ connectionString: shop.stores.postgresUrl, max: 2 });
  redis = new Redis(shop.stores.redisUrl);
});
afterAll(async () => {
  await sql.end();
  redis.disconnect();
  await shop.close();
});

const copyOf = (browser: Browser): Browser => {
  const copy = new Browser(shop.url);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
};
const admin = async (): Promise<Browser> => {
  const browser = new Browser(shop.url);
  await browser.post('/api/auth/demo-login', { role: 'admin' });
  return browser;
};
const tokensFor = async (email: string) =>
  (await apiClient(shop.url).post('/api/auth/token', { email, password: PASSWORD })).body as {
    accessToken: string;
    refreshToken: string;
  };
const statusOf = async (browser: Browser, path = '/api/auth/me') => (await browser.get(path)).status;

describe('refresh tokens', () => {
  it('log nobody out when ten tabs refresh at once', async () => {
    const { browser } = await signedUp(shop.url);
    const tabs = Array.from({ length: 10 }, () => copyOf(browser));
    const replies = await Promise.all(tabs.map((tab) => tab.post('/api/auth/refresh')));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    for (const tab of tabs) expect(await statusOf(tab)).toBe(200);
  });

  it('end their whole family when a rotated one comes again after its grace', async () => {
    const { email } = await signedUp(shop.url);
    const first = await tokensFor(email);
    const client = apiClient(shop.url);
    const second = (await client.post('/api/auth/refresh', { refreshToken: first.refreshToken })).body;
    await sql.query(
      `UPDATE refresh_tokens SET rotated_at = rotated_at - interval '16 seconds' WHERE rotated_at IS NOT NULL`,
    );
    const stolen = await client.post('/api/auth/refresh', { refreshToken: first.refreshToken });
    expect([stolen.status, stolen.body.code]).toEqual([401, 'session_ended']);
    const owner = await client.post('/api/auth/refresh', { refreshToken: second.refreshToken });
    expect([owner.status, owner.body.code]).toEqual([401, 'session_ended']);
    expect(await statusOf(apiClient(shop.url, second.accessToken))).toBe(401);
    const metrics = await (await fetch(`${shop.users.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/bramble_token_reuse_total\{[^}]*\} 1/);
  });

  it('are in the database only as what they hash to', async () => {
    const { email } = await signedUp(shop.url);
    const { refreshToken } = await tokensFor(email);
    const { rows } = await sql.query<{ count: string }>(
      'SELECT count(*) FROM refresh_tokens WHERE hash = sha256(convert_to($1, $2))',
      [refreshToken, 'UTF8'],
    );
    expect(rows[0]?.count).toBe('1');
  });

  it('are refused when nobody gave them out', async () => {
    const reply = await apiClient(shop.url).post('/api/auth/refresh', { refreshToken: 'x'.repeat(43) });
    expect([reply.status, reply.body.code]).toEqual([401, 'session_ended']);
    expect((await new Browser(shop.url).post('/api/auth/refresh')).status).toBe(401);
  });
});

describe('what an admin changes takes effect on the next call', () => {
  it('a role', async () => {
    const { browser, user } = await signedUp(shop.url);
    const boss = await admin();
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
    const boss = await admin();
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

  it('is written down, and nobody locks themselves out', async () => {
    const { user } = await signedUp(shop.url);
    const boss = await admin();
    await boss.patch(`/api/users/${user.id}`, { roles: ['customer', 'courier'] });
    const { body } = await boss.get('/api/admin/audit?limit=1');
    expect(body.items).toEqual([
      expect.objectContaining({
        action: 'user.changed',
        subject: user.id,
        detail: { rolesBefore: ['customer'], roles: ['customer', 'courier'] },
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
    const boss = await admin();
    const first = (await boss.get(`/api/users?q=${mark}&limit=2`)).body;
    const second = (await boss.get(`/api/users?q=${mark}&limit=2&cursor=${first.nextCursor}`)).body;
    const names = [...first.items, ...second.items].map((user: { name: string }) => user.name);
    expect(names).toEqual([`${mark} 3`, `${mark} 2`, `${mark} 1`]);
    expect(second.nextCursor).toBeNull();
    expect((await boss.get('/api/users?q=%25')).body.items).toEqual([]);
    expect((await boss.get('/api/users?cursor=nonsense')).status).toBe(400);
  });

  it('are nobody else’s business', async () => {
    const { browser, user } = await signedUp(shop.url);
    const other = await signedUp(shop.url);
    expect((await browser.get(`/api/users/${user.id}`)).body.user.id).toBe(user.id);
    expect(await statusOf(browser, `/api/users/${other.user.id}`)).toBe(404);
    expect((await browser.patch(`/api/users/${user.id}`, { roles: ['admin'] })).status).toBe(403);
  });
});

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
        await sql.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE email = $1', [
          email,
        ])
      ).rows[0]?.password_hash ?? '';
    expect(await hashOf()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { hash } = await import('argon2');
    const weak = await hash(PASSWORD, { memoryCost: 1024, timeCost: 2, parallelism: 1 });
    await sql.query('UPDATE users SET password_hash = $2 WHERE email = $1', [email, weak]);
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
      async () => (await owedMails()).find((each) => each.kind === 'reset-password' && each.to === email),
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
const owedMails = async (): Promise<Mail[]> => {
  const { body } = await agentAs(shop.users, asService).get('/internal/mail-jobs');
  return (body as { items: Mail[] }).items;
};
const tokenIn = (path: string) => decodeURIComponent(path.split('token=')[1] ?? '');

describe('mails', () => {
  it('are owed until they are taken, and the queue is woken', async () => {
    const { email, user } = await signedUp(shop.url);
    const find = async () => {
      for (;;) {
        const mails = await owedMails();
        const mine = mails.find((mail) => mail.to === email);
        if (mine || mails.length === 0) return mine;
        for (const mail of mails)
          await agentAs(shop.users, asService).post(`/internal/mail-jobs/${mail.id}/taken`).expect(204);
      }
    };
    const mail = await find();
    expect(mail).toMatchObject({ kind: 'verify-email', to: email, name: 'Ana Test' });
    expect(await redis.lrange('queue:emails', 0, -1)).toContain(
      JSON.stringify({ source: 'users', id: mail?.id }),
    );
    const reply = await apiClient(shop.url).post('/api/auth/verify-email', {
      token: tokenIn(mail?.path ?? ''),
    });
    expect(reply.status).toBe(204);
    const seen = (await (await admin()).get(`/api/users/${user.id}`)).body.user;
    expect(seen.emailVerified).toBe(true);
    await agentAs(shop.users, asService).post(`/internal/mail-jobs/${mail?.id}/taken`).expect(204);
    expect((await owedMails()).some(({ id }) => id === mail?.id)).toBe(false);
  });

  it('are no business of the public door', async () => {
    expect(await statusOf(apiClient(shop.url), '/internal/mail-jobs')).toBe(404);
    expect((await fetch(`${shop.users.url}/internal/mail-jobs`)).status).toBe(401);
  });
});

describe('one’s data', () => {
  it('is exported without the password, and erased', async () => {
    const { browser, email, user } = await signedUp(shop.url);
    await browser.put('/api/users/me/profile', { phone: '123', name: 'Ana Test' });
    const dossier = (await browser.get('/api/users/me/export')).body;
    expect(dossier.account).toMatchObject({ id: user.id, email, profile: { phone: '123' } });
    expect(JSON.stringify(dossier)).not.toMatch(/argon2|passwordHash/);

    const copy = copyOf(browser);
    expect((await browser.delete('/api/users/me')).status).toBe(204);
    expect(await statusOf(copy)).toBe(401);
    expect((await new Browser(shop.url).post('/api/auth/login', { email, password: PASSWORD })).status).toBe(
      401,
    );
    const { rows } = await sql.query('SELECT * FROM users WHERE id = $1', [user.id]);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${email}|Ana|123"`));
    expect(
      (await new Browser(shop.url).post('/api/auth/signup', { email, password: PASSWORD, name: 'Back' }))
        .status,
    ).toBe(201);
  });
});

describe('access tokens', () => {
  it('are refused when anything about them is forged', async () => {
    const { email } = await signedUp(shop.url);
    const { accessToken } = await tokensFor(email);
    const [head = '', payload = '', signature = ''] = accessToken.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const claims = decodeJwt(accessToken);
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { keys } = (await agentAs(shop.users, asService).get('/internal/keys')).body as {
      keys: (Record<string, string> & { kid: string })[];
    };
    const publicKey = JSON.stringify(keys.find(({ kid }) => kid === header.kid));
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = (headerChanges: object, claimChanges: object = {}) =>
      new SignJWT({ ...claims, ...claimChanges })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: header.kid, ...headerChanges })
        .sign(own.privateKey);
    const bytes = `${head}.${part({ ...claims, roles: ['admin'] })}`;
    const corpus: Record<string, string> = {
      'no signature': `${head}.${payload}.`,
      'algorithm none': `${part({ ...header, alg: 'none' })}.${payload}.`,
      'algorithm none, signed': `${part({ ...header, alg: 'none' })}.${payload}.${signature}`,
      'the public key as secret': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: header.kid })
        .sign(Buffer.from(publicKey)),
      'another key': await signed({}),
      'another key, brought along': await signed({ jwk: own.publicKey.export({ format: 'jwk' }) }),
      'a key elsewhere': await signed({ jku: 'https://evil.example/keys' }),
      'a key as a path': await signed({ kid: '../../dev/null' }),
      'a key as SQL': await signed({ kid: "x' OR '1'='1" }),
      'changed roles': `${bytes}.${signature}`,
      'changed roles, DER signature': `${bytes}.${sign('sha256', Buffer.from(bytes), own.privateKey).toString('base64url')}`,
      'another type': await signed({ typ: 'JWT' }),
      expired: await signed({}, { exp: 1 }),
      'a lonely dot': '.',
      'three dots': '...',
      'much too long': 'a'.repeat(8_000),
    };
    for (const [name, token] of Object.entries(corpus))
      expect([name, await statusOf(apiClient(shop.url, token))]).toEqual([name, 401]);
    expect(await statusOf(apiClient(shop.url, accessToken))).toBe(200);
    for (const [changes, expected] of [
      [{ iss: 'other' }, 401],
      [{ aud: 'other' }, 401],
      [{ exp: 1 }, 401],
      [{ nbf: 9_999_999_999 }, 401],
      [{ ver: 'x' }, 401],
      [{}, 200],
    ] as const)
      expect([
        changes,
        await statusOf(apiClient(shop.url, await genuinely({ ...claims, ...changes }))),
      ]).toEqual([changes, expected]);
  });

  it('outlive a rotation of the keys, and new ones are signed with the next key', async () => {
    const { email } = await signedUp(shop.url);
    const before = await tokensFor(email);
    const line = await runUsersAdmin(loadUsersConfig(shop.usersEnv), ['keys', 'rotate']);
    expect(line).toMatch(/signed with/);
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const after = await waitFor(
      async () => {
        const tokens = await tokensFor(email);
        return kid(tokens.accessToken) !== kid(before.accessToken) && tokens;
      },
      { timeout: 20_000, interval: 500, what: 'the next key' },
    );
    expect(line).toContain(kid(after.accessToken));
    expect(await statusOf(apiClient(shop.url, before.accessToken))).toBe(200);
    expect(await statusOf(apiClient(shop.url, after.accessToken))).toBe(200);
    const { rows } = await sql.query<{ state: string }>('SELECT state FROM signing_keys ORDER BY state');
    expect(rows.map(({ state }) => state)).toEqual(['current', 'next', 'retired']);
  }, 30_000);

  it('are checked by asking users while the denylist is empty', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    await browser.post('/api/auth/logout');
    await redis.flushdb();
    expect(await statusOf(copy)).toBe(401);
    await waitFor(async () => (await redis.exists('denylist:ready')) === 1, {
      what: 'the denylist to be filled',
    });
    expect(await statusOf(copy)).toBe(401);
  });
});

/** Signs claims with the key that users has, by its own code. */
async function genuinely(claims: Record<string, unknown>): Promise<string> {
  const { openSigningKey } = await import('./signing-key');
  const { kid, key } = await openSigningKey(sql, shop.users.config.INTERNAL_TOKEN_KEY);
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(key);
}

describe('the command line', () => {
  it('makes an admin of an account', async () => {
    const { browser, email } = await signedUp(shop.url);
    await runUsersAdmin(loadUsersConfig(shop.usersEnv), ['user', 'grant', email.toUpperCase(), 'admin']);
    expect(await statusOf(browser)).toBe(401);
    await browser.post('/api/auth/refresh');
    expect(await statusOf(browser, '/api/users')).toBe(200);
    await expect(
      runUsersAdmin(loadUsersConfig(shop.usersEnv), ['user', 'grant', newEmail(), 'admin']),
    ).rejects.toThrow(/no account/);
    await expect(runUsersAdmin(loadUsersConfig(shop.usersEnv), ['sing'])).rejects.toThrow(/usage/);
  });
});
