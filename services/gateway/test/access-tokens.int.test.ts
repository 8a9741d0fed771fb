import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { openProgram, type Program } from '@bramble/test-kit/run-program';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { apiClient, copyOf, signedUp, statusOf, tokensFor } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
let program: Program;
beforeAll(async () => {
  shop = await openShop();
  program = await openProgram('services/users/src/admin-main.ts');
}, 120_000);
afterAll(async () => {
  program.close();
  await shop.close();
});
/** Runs `bramble-admin` on the stores of users. */
const admin = (...words: string[]) => program.run(words, shop.usersEnv);

describe('access tokens', () => {
  it('are refused when any part of them is forged', async () => {
    const { email } = await signedUp(shop.url);
    const { accessToken } = await tokensFor(shop.url, email);
    const [head = '', payload = '', signature = ''] = accessToken.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const claims = decodeJwt(accessToken);
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { keys } = (await agentAs(shop.users, asService).get('/internal/keys')).body as {
      keys: (Record<string, string> & { kid: string })[];
    };
    const publicJwk = keys.find(({ kid }) => kid === header.kid);
    // A gateway that confused the algorithms would take the public key, in this form, for an HMAC secret.
    const publicPem = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    });
    const confused = (secret: string | Buffer) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: header.kid })
        .sign(Buffer.from(secret));
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = (headerChanges: object) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: header.kid, ...headerChanges })
        .sign(own.privateKey);
    const bytes = `${head}.${part({ ...claims, roles: ['admin'] })}`;
    const corpus: Record<string, string> = {
      'no signature': `${head}.${payload}.`,
      'algorithm none': `${part({ ...header, alg: 'none' })}.${payload}.`,
      'algorithm none, signed': `${part({ ...header, alg: 'none' })}.${payload}.${signature}`,
      'the public key as secret': await confused(publicPem),
      'the public key as secret, in JSON': await confused(JSON.stringify(publicJwk)),
      'another key': await signed({}),
      'another key, brought along': await signed({ jwk: own.publicKey.export({ format: 'jwk' }) }),
      // From here on the signature is the shop's own, and only the header is not that of an access token.
      'a key brought along': await genuinely(claims, { jwk: own.publicKey.export({ format: 'jwk' }) }),
      'a key elsewhere': await genuinely(claims, { jku: 'https://evil.example/keys' }),
      'a certificate elsewhere': await genuinely(claims, { x5u: 'https://evil.example/keys' }),
      'a key as a path': await genuinely(claims, { kid: '../../dev/null' }),
      'a key as SQL': await genuinely(claims, { kid: "x' OR '1'='1" }),
      'a key without a name': await genuinely(claims, { kid: undefined }),
      'changed roles': `${bytes}.${signature}`,
      'changed roles, DER signature': `${bytes}.${sign('sha256', Buffer.from(bytes), own.privateKey).toString('base64url')}`,
      'another type': await genuinely(claims, { typ: 'JWT' }),
      'no type': await genuinely(claims, { typ: undefined }),
      'a lonely dot': '.',
      'three dots': '...',
      'much too long': 'a'.repeat(8_000),
    };
    const accepted: unknown[] = [];
    for (const [name, token] of Object.entries(corpus)) {
      const status = await statusOf(apiClient(shop.url, token));
      if (status !== 401) accepted.push([name, status]);
    }
    const wrong = [
      { iss: 'other' },
      { aud: 'other' },
      { exp: 1 },
      { nbf: 9_999_999_999 },
      { ver: 'x' },
    ] as Record<string, unknown>[];
    for (const changes of wrong) {
      const token = await genuinely({ ...claims, ...changes });
      const status = await statusOf(apiClient(shop.url, token));
      if (status !== 401) accepted.push([changes, status]);
    }
    tally('forged access tokens', Object.keys(corpus).length + wrong.length, accepted);
    expect(accepted).toEqual([]);
    expect(await statusOf(apiClient(shop.url, accessToken))).toBe(200);
    expect(await statusOf(apiClient(shop.url, await genuinely(claims)))).toBe(200);
  });

  it('stay valid after a rotation of the keys, and new ones are signed with the next key', async () => {
    const { email } = await signedUp(shop.url);
    const before = await tokensFor(shop.url, email);
    const { code, out: line } = await admin('keys', 'rotate');
    expect({ code, line }).toEqual({ code: 0, line: expect.stringMatching(/signed with/) });
    const kid = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    const after = await waitFor(
      async () => {
        const tokens = await tokensFor(shop.url, email);
        return kid(tokens.accessToken) !== kid(before.accessToken) && tokens;
      },
      { timeout: 20_000, interval: 500, what: 'the next key' },
    );
    expect(line).toContain(kid(after.accessToken));
    expect(await statusOf(apiClient(shop.url, before.accessToken))).toBe(200);
    expect(await statusOf(apiClient(shop.url, after.accessToken))).toBe(200);
    const { rows } = await shop.sql.query<{ state: string }>('SELECT state FROM signing_keys ORDER BY state');
    expect(rows.map(({ state }) => state)).toEqual(['current', 'next', 'retired']);
  }, 30_000);

  it('are refused within seconds when their key is revoked, and a refresh token gets new ones', async () => {
    const { email } = await signedUp(shop.url);
    const { accessToken, refreshToken } = await tokensFor(shop.url, email);
    const forged = await genuinely({ ...decodeJwt(accessToken), roles: ['admin'] });
    const never = await genuinely({ ...decodeJwt(accessToken), roles: ['seller'] });
    expect(await statusOf(apiClient(shop.url, accessToken))).toBe(200);
    expect(await statusOf(apiClient(shop.url, forged), '/api/users')).toBe(200);

    const { kid } = decodeProtectedHeader(forged);
    const unknown = await admin('keys', 'revoke', 'no-such-key', '--yes');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('there is no key') });
    const revoked = await admin('keys', 'revoke', kid ?? '', '--yes', '--json');
    expect(JSON.parse(revoked.out)).toMatchObject({ revoked: kid, signing: expect.any(String) });
    for (const token of [forged, accessToken, never])
      await waitFor(async () => (await statusOf(apiClient(shop.url, token))) === 401, {
        timeout: 10_000,
        what: 'the refusal of the key',
      });
    const listed = JSON.parse((await admin('keys', 'list', '--json')).out) as {
      kid: string;
      state: string;
    }[];
    expect(listed.map((key) => key.kid)).not.toContain(kid);
    expect(listed.map(({ state }) => state)).toEqual(expect.arrayContaining(['current', 'next']));

    const renewed = await waitFor(
      async () => {
        const { body } = await apiClient(shop.url).post('/api/auth/token', { email, password: PASSWORD });
        return (await statusOf(apiClient(shop.url, body.accessToken as string))) === 200;
      },
      { timeout: 10_000, what: 'the next key' },
    );
    expect(renewed).toBe(true);
    const again = await apiClient(shop.url).post('/api/auth/refresh', { refreshToken });
    expect(await statusOf(apiClient(shop.url, again.body.accessToken as string))).toBe(200);
  }, 60_000);

  it('are checked by asking users while the denylist is empty', async () => {
    const { browser } = await signedUp(shop.url);
    const copy = copyOf(browser);
    await browser.post('/api/auth/logout');
    await shop.redis.flushdb();
    expect(await statusOf(copy)).toBe(401);
    await waitFor(async () => (await shop.redis.exists('denylist:ready')) === 1, {
      what: 'the denylist to be filled',
    });
    expect(await statusOf(copy)).toBe(401);
  });
});

/** Signs claims with the key that users has, by its own code. `changed` are fields of the header. */
async function genuinely(
  claims: Record<string, unknown>,
  changed: Record<string, unknown> = {},
): Promise<string> {
  const { openSigningKey } = await import('./signing-key');
  const { kid, key } = await openSigningKey(shop.sql, shop.users.service.keys.own());
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...changed }).sign(key);
}

describe('the command line', () => {
  it('grants the admin role, and revokes it after a yes', async () => {
    const { browser, email } = await signedUp(shop.url);
    const given = await admin('user', 'grant', email.toUpperCase(), 'admin');
    expect(given).toEqual({ code: 0, out: `${email} is now customer, admin\n`, err: '' });
    expect(await statusOf(browser)).toBe(401);
    await browser.post('/api/auth/refresh');
    expect(await statusOf(browser, '/api/users')).toBe(200);

    const asked = await admin('user', 'revoke', email, 'admin');
    expect(asked).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/: add --yes\n$/) });
    expect(await statusOf(browser, '/api/users')).toBe(200);
    const taken = await admin('user', 'revoke', email, 'admin', '--yes', '--json');
    expect(JSON.parse(taken.out)).toEqual({ email, roles: ['customer'] });
    await browser.post('/api/auth/refresh');
    expect(await statusOf(browser, '/api/users')).toBe(403);
    const { rows } = await shop.sql.query<{ action: string }>(
      `SELECT action FROM audit_entries WHERE before->'roles' @> '["admin"]' ORDER BY id`,
    );
    expect(rows.map(({ action }) => action)).toContain('user.revoked');
  }, 120_000);

  it('erases an account after a yes, tells the other services, and leaves an audit entry', async () => {
    const { browser, email, user } = await signedUp(shop.url);
    const asked = await admin('user', 'erase', email);
    expect(asked).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/: add --yes\n$/) });
    expect(await statusOf(browser)).toBe(200);
    expect(await admin('user', 'erase', email.toUpperCase(), '--yes')).toEqual({
      code: 0,
      out: `${user.id} is erased\n`,
      err: '',
    });
    expect(await statusOf(browser)).toBe(401);
    const { rows } = await shop.sql.query(
      'SELECT name, erased_at IS NOT NULL AS gone FROM users WHERE id = $1',
      [user.id],
    );
    expect(rows).toEqual([{ name: 'Erased account', gone: true }]);
    const entries = await shop.sql.query('SELECT action, actor_id FROM audit_entries WHERE subject = $1', [
      user.id,
    ]);
    expect(entries.rows).toEqual([{ action: 'user.erased', actor_id: null }]);
    await waitForEvents(shop.redis, 'users_stream', { keys: [user.id], type: 'user.erased', count: 1 });
    expect(await admin('user', 'erase', user.id, '--yes')).toMatchObject({ code: 1, out: '' });
  }, 120_000);

  it('answers one sentence when a command cannot be done', async () => {
    const { email } = await signedUp(shop.url);
    const cases: [words: string[], says: string][] = [
      [['user', 'grant', newEmail(), 'admin'], 'no account for'],
      [['user', 'revoke', email, 'customer', '--yes'], 'the only role'],
      [['user', 'revoke', email, 'seller', '--yes'], 'is no seller'],
    ];
    await Promise.all(
      cases.map(async ([words, says]) => {
        const ran = await admin(...words);
        expect({ words, ...ran }).toEqual({ words, code: 1, out: '', err: expect.stringContaining(says) });
        expect(ran.err).toMatch(/^bramble-admin: [^\n]+\n$/);
      }),
    );
  }, 120_000);
});
