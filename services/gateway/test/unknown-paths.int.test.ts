import { connect } from 'node:net';
import { type PublicOperation, publicOperations } from '@bramble/contracts/public-operations';
import { serviceNames } from '@bramble/contracts/services';
import { tally } from '@bramble/test-kit/tally';
import { apiClient } from './browser';
import { clean, openRecorder, type Recorder } from './recorder';
import { openShop, type Shop, urlsOf } from './shop';

let shop: Shop;
/** A stand-in for every service and for the storefront: it records each request that passes the edge. */
let upstream: Recorder;
beforeAll(async () => {
  upstream = await openRecorder();
  const names = serviceNames.filter((name) => name !== 'gateway');
  shop = await openShop({}, { ...urlsOf(names, upstream.url), STOREFRONT_URL: upstream.url });
});
afterAll(async () => {
  await shop.close();
  await upstream.leave();
});
beforeEach(() => clean(upstream));

/** The requests that the edge forwarded; the gateway's own reading of the signing keys, every 3 s, is left out. */
const forwarded = (): string[] =>
  upstream.requests
    .filter(({ url }) => url !== '/internal/keys')
    .map(({ method, url }) => `${method} ${url}`);

const ID = '01900000-0000-7000-9000-000000000001';

/** Sends a request with its target unchanged and with a body that passes every check before the 404. */
const ask = (method: string, target: string): Promise<{ status: number; code: string }> =>
  new Promise((resolve, reject) => {
    const body = method === 'GET' || method === 'DELETE' ? '' : '{}';
    const { port } = new URL(shop.url);
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(
        `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () =>
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
        code: /"code":"([a-z_]+)"/.exec(text)?.[1] ?? '',
      }),
    );
    socket.on('error', reject);
  });

/** Other spellings of one path: a trailing slash, another case, an encoded letter. */
function spellingsOf({ path }: PublicOperation): string[] {
  const real = path.replace(/:[A-Za-z]+/g, ID);
  return [
    `${real}/`,
    `${real}/?limit=1`,
    real.replace(/^\/api\/(.)/, (_, letter: string) => `/api/${letter.toUpperCase()}`),
    real.replace('/api/', '/API/'),
    real.replace('/api/', '/%61pi/'),
    real.replace(/^\/api\/(.)/, (_, letter: string) => `/api/%${letter.charCodeAt(0).toString(16)}`),
  ];
}

describe('a path that is no operation', () => {
  it('is 404 at the edge in every other spelling of every operation, and reaches no service', async () => {
    const operations = publicOperations.filter(({ path }) => path.startsWith('/api/'));
    const asked = operations.flatMap((operation) =>
      spellingsOf(operation).map((target) => ({ method: operation.method.toUpperCase(), target })),
    );
    const wrong: unknown[] = [];
    for (const { method, target } of asked) {
      const answer = await ask(method, target);
      if (answer.status !== 404 || answer.code !== 'not_found') wrong.push([method, target, answer]);
    }
    tally('other spellings of operations, 404 at the edge', asked.length, wrong);
    expect(wrong).toEqual([]);
    expect(asked.length).toBeGreaterThan(250);
    expect(forwarded()).toEqual([]);
  });

  it.each([
    '/api/auth/Login',
    '/api/auth/LOGIN',
    '/api/auth/login/',
    '/api/auth/log%69n',
    '/api/auth/SignUp',
    '/api/auth/token/',
    '/api/auth/login/extra',
    '/api/users/me/Password',
    '/api/payments/webhooks/Stripe',
    '/api/auth',
    '/api',
    '/API/auth/login',
    '/%41pi/auth/login',
    '/auth/login',
    '/internal/keys',
    '/Internal/keys',
    '/metrics',
  ])('does not sign anybody in by another spelling: POST %s', async (path) => {
    expect(await ask('POST', path)).toEqual({ status: 404, code: 'not_found' });
    expect(forwarded()).toEqual([]);
  });

  it('counts against the limits like any other, and not against that of sign-in', async () => {
    const reply = await apiClient(shop.url).post('/api/auth/Login', {});
    expect(reply.headers.get('ratelimit-policy')).toContain('"write"');
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    const real = await apiClient(shop.url).post('/api/auth/login', {});
    expect(real.headers.get('ratelimit-policy')).toContain('"login"');
    expect(forwarded()).toEqual(['POST /api/auth/login']);
  });
});
