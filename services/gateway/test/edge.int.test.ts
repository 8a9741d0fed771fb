import { connect } from 'node:net';
import { verifyInternalToken } from '@bramble/service-kit/base/internal-auth';
import { serviceKey } from '@bramble/service-kit/base/internal-keys';
import { apiClient, Browser, signedUp } from './browser';
import { clean, openRecordedShop, type Recorder } from './recorder';
import { newEmail, PASSWORD, type Shop } from './shop';

let shop: Shop;
let catalog: Recorder;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ shop, catalog, close } = await openRecordedShop({ CORS_ORIGINS: 'https://partner.example' }));
});
afterAll(() => close());
beforeEach(() => clean(catalog));

/** Sends bytes as they are and reads until the other side closes. */
const rawRequest = (bytes: string, { port } = new URL(shop.url)): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

describe('a request as a service gets it', () => {
  it('has the caller in a signed token, and no identity header that the client sent', async () => {
    const { browser, user } = await signedUp(shop.url, { role: 'seller' });
    const reply = await browser.post(
      '/api/products',
      { title: 'x' },
      {
        'x-internal-token': 'forged',
        'x-user-id': 'somebody',
        'x-forwarded-for': '8.8.8.8',
        'x-forwarded-host': 'evil.example',
        te: 'trailers',
        'x-correlation-id': 'mine-1',
        'idempotency-key': 'key-1',
      },
    );
    expect(reply.headers.get('x-correlation-id')).toBe('mine-1');
    const [seen] = catalog.requests;
    expect(seen?.body).toBe('{"title":"x"}');
    const claims = verifyInternalToken(
      serviceKey(shop.gateway.config.INTERNAL_TOKEN_KEY ?? '', 'catalog'),
      'catalog',
      String(seen?.headers['x-internal-token']),
    );
    expect(claims).toMatchObject({
      sub: user.id,
      roles: ['customer', 'seller'],
      kind: 'user',
      cid: 'mine-1',
    });
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual(
      [
        'accept',
        'accept-language',
        'connection',
        'content-length',
        'content-type',
        'host',
        'idempotency-key',
        'user-agent',
        'x-client-address',
        'x-correlation-id',
        'x-internal-token',
      ].sort(),
    );
    expect(seen?.headers['x-client-address']).toBe('127.0.0.1');
  });

  it('has a new correlation id when the client sent none or a malformed one', async () => {
    for (const sent of [undefined, 'has spaces', 'x'.repeat(129)]) {
      const reply = await apiClient(shop.url).get(
        '/api/categories',
        sent ? { 'x-correlation-id': sent } : {},
      );
      expect(reply.headers.get('x-correlation-id')).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
      expect(reply.headers.get('x-correlation-id')).not.toBe(sent);
    }
  });
});

describe('requests from other sites', () => {
  const unsafe = (headers: Record<string, string>) =>
    new Browser(shop.url, headers).post('/api/auth/login', { email: newEmail(), password: PASSWORD });

  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['the origin null', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a fetch from a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['our origin and a cross-site fetch', { 'sec-fetch-site': 'cross-site', origin: 'own' }],
    ['a cookie and neither header', { cookie: 'bramble_access=x' }],
  ])('are refused with %s', async (_name, headers: Record<string, string>) => {
    const reply = await unsafe({ ...headers, ...(headers['origin'] === 'own' ? { origin: shop.url } : {}) });
    expect([reply.status, reply.body.code]).toEqual([403, 'cross_site']);
  });

  it.each([
    ['our own origin', { origin: 'own' }],
    ['a same-origin fetch', { 'sec-fetch-site': 'same-origin' }],
    [
      'an allowed origin, whatever the fetch says',
      { origin: 'https://partner.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['no header and no cookie', {}],
    ['a bearer token and a cookie', { authorization: 'Bearer x', cookie: 'bramble_access=x' }],
  ])('pass with %s', async (_name, headers: Record<string, string>) => {
    const reply = await unsafe({ ...headers, ...(headers['origin'] === 'own' ? { origin: shop.url } : {}) });
    expect([reply.status, reply.body.code]).toEqual([401, 'bad_credentials']);
  });

  it('may read answers only when their origin is allowed', async () => {
    const allowed = await apiClient(shop.url).get('/api/categories', { origin: 'https://partner.example' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://partner.example');
    const foreign = await apiClient(shop.url).get('/api/categories', { origin: 'https://evil.example' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = (origin: string) =>
      new Browser(shop.url, {}).send('OPTIONS', '/api/cart/items', undefined, {
        origin,
        'access-control-request-method': 'POST',
      });
    expect((await preflight('https://partner.example')).status).toBe(204);
    expect((await preflight('https://evil.example')).status).toBe(403);
  });
});

describe('bodies', () => {
  it('are JSON', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const reply = await apiClient(shop.url).post('/api/auth/login', 'a=b', { 'content-type': type });
      expect([reply.status, reply.body.code]).toEqual([415, 'unsupported_media_type']);
    }
    const broken = await apiClient(shop.url).post('/api/auth/login', '{"email":');
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_json']);
  });

  it('are at most 100 kB, announced or not', async () => {
    const announced = await apiClient(shop.url).post(
      '/api/products',
      JSON.stringify({ title: 'x'.repeat(100_001) }),
    );
    expect([announced.status, announced.body.code]).toEqual([413, 'body_too_large']);
    const chunk = 'x'.repeat(60_000);
    const { browser } = await signedUp(shop.url, { role: 'seller' });
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const piece = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    const text = await rawRequest(
      `POST /api/products HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${piece}${piece}0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('requests that no browser sends', () => {
  it.each([
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
    ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: 1\r\n folded\r\n\r\n'],
    ['a bare carriage return in a header', 'X-A: 1\rX-B: 2\r\n\r\n'],
    ['a space before the colon', 'Content-Length : 3\r\n\r\nabc'],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n'],
    ['a NUL in a header', 'X-A: \0\r\n\r\n'],
  ])('are 400 and the connection closes: %s', async (_name, rest) => {
    const text = await rawRequest(
      `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${rest}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toMatch(/Connection: close/i);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('are 431 with too many header bytes', async () => {
    const text = await rawRequest(
      `GET /api/categories HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    '/api/products/../users',
    '/api/products/%2e%2e/users',
    '/api/products/%2fusers',
    '//evil.example/',
    '/api/%00',
    '/api\\users',
  ])('never reach a service by an ambiguous path: %s', async (path) => {
    const text = await rawRequest(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(catalog.requests).toEqual([]);
  });
});
