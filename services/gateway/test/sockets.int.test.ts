import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { verifyInternalToken } from '@bramble/service-kit/base/internal-auth';
import { serviceKey } from '@bramble/service-kit/base/internal-keys';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { signedUp, tokensFor } from './browser';
import { openShop, type Shop } from './shop';

/** A stand-in for notifications: it accepts every handshake, records the request, and echoes bytes. */
interface Echo {
  server: Server;
  url: string;
  seen: IncomingMessage[];
  sockets: Set<Duplex>;
}
async function openEcho(): Promise<Echo> {
  const echo: Echo = { server: createServer(), url: '', seen: [], sockets: new Set() };
  echo.server.on('upgrade', (req, socket) => {
    echo.seen.push(req);
    echo.sockets.add(socket);
    socket.on('close', () => echo.sockets.delete(socket)).on('error', () => socket.destroy());
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
    );
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.server.listen(0, '127.0.0.1', resolve));
  echo.url = `http://127.0.0.1:${(echo.server.address() as AddressInfo).port}`;
  return echo;
}

interface Opened {
  status: number;
  code?: string;
  socket?: Duplex;
  /** All bytes that arrived so far. */
  text: () => string;
}
/** Requests a handshake at `/ws` as a browser does. */
const knock = (url: string, headers: Record<string, string>, path = '/ws'): Promise<Opened> =>
  new Promise((resolve, reject) => {
    const req = request(new URL(path, url), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    req.on('upgrade', (response, socket, head) => {
      let text = head.toString();
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      resolve({ status: response.statusCode ?? 0, socket, text: () => text });
    });
    req.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const code = text === '' ? undefined : (JSON.parse(text) as { code: string }).code;
        resolve({ status: response.statusCode ?? 0, text: () => text, ...(code ? { code } : {}) });
      });
    });
    req.on('error', reject);
    req.end();
  });

let shop: Shop;
let echo: Echo;
beforeAll(async () => {
  echo = await openEcho();
  shop = await openShop({ NOTIFICATIONS_URL: echo.url, CORS_ORIGINS: 'https://partner.example' });
});
afterAll(async () => {
  await shop.close();
  for (const socket of echo.sockets) socket.destroy();
  echo.server.close();
});

const whoIs = (req: IncomingMessage | undefined) =>
  verifyInternalToken(
    serviceKey(shop.gateway.config.INTERNAL_TOKEN_KEY ?? '', 'notifications'),
    'notifications',
    String(req?.headers['x-internal-token']),
  );

describe('a socket', () => {
  it('is tunnelled as raw bytes, with the caller in a signed token and no other header of the client', async () => {
    const { browser, user } = await signedUp(shop.url);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const open = await knock(shop.url, {
      origin: shop.url,
      cookie,
      'x-user-id': 'somebody',
      'x-internal-token': 'x',
    });
    expect(open.status).toBe(101);
    open.socket?.write('one\x00two');
    await waitFor(() => open.text() === 'helloone\x00two', { what: 'the echo' });
    const seen = echo.seen.at(-1);
    expect(whoIs(seen)).toMatchObject({ sub: user.id, kind: 'user', roles: ['customer'] });
    expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']));
    expect(seen?.headers['x-user-id']).toBeUndefined();
    expect(seen?.headers['x-client-address']).toBe('127.0.0.1');
    open.socket?.destroy();
    await waitFor(() => echo.sockets.size === 0, { what: 'the other side to close' });
  });

  it('closes when the other side does', async () => {
    const open = await knock(shop.url, { origin: shop.url });
    const closed = new Promise((resolve) => open.socket?.once('close', resolve));
    for (const socket of echo.sockets) socket.destroy();
    await closed;
  });

  it('has no user when a client without Origin sends only a cookie, and has one with a bearer token', async () => {
    const { browser, email, user } = await signedUp(shop.url);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    (await knock(shop.url, { cookie })).socket?.destroy();
    expect(whoIs(echo.seen.at(-1))?.sub).toBeNull();
    const { accessToken } = await tokensFor(shop.url, email);
    (await knock(shop.url, { authorization: `Bearer ${accessToken}` })).socket?.destroy();
    expect(whoIs(echo.seen.at(-1))?.sub).toBe(user.id);
    (await knock(shop.url, { origin: 'https://partner.example' })).socket?.destroy();
    expect(whoIs(echo.seen.at(-1))?.sub).toBeNull();
    await browser.post('/api/auth/logout');
    (await knock(shop.url, { origin: shop.url, cookie })).socket?.destroy();
    expect(whoIs(echo.seen.at(-1))?.sub).toBeNull();
  });

  it('is refused to other sites, forged tokens and other paths, without a request to notifications', async () => {
    const before = echo.seen.length;
    const { port } = new URL(shop.url);
    const attempts: [Record<string, string>, string, number, string][] = [
      [{ origin: 'https://evil.example' }, '/ws', 403, 'cross_site'],
      [{ origin: 'null' }, '/ws', 403, 'cross_site'],
      [{ origin: `${shop.url}.evil.example` }, '/ws', 403, 'cross_site'],
      [{ origin: `https://127.0.0.1:${port}` }, '/ws', 403, 'cross_site'],
      [{ authorization: 'Bearer forged' }, '/ws', 401, 'unauthenticated'],
      [{ origin: shop.url }, '/ws/other', 404, 'not_found'],
      [{ origin: shop.url }, '/api/orders', 401, 'unauthenticated'],
    ];
    const accepted: unknown[] = [];
    for (const [headers, path, status, code] of attempts) {
      const answer = await knock(shop.url, headers, path);
      answer.socket?.destroy();
      if (answer.status !== status || answer.code !== code) accepted.push([headers, path, answer.status]);
    }
    tally('sockets from elsewhere', attempts.length, accepted);
    expect(accepted).toEqual([]);
    expect(echo.seen).toHaveLength(before);
  });

  it('is answered in its turn after the requests that came earlier on its connection', async () => {
    const { port, hostname } = new URL(shop.url);
    const handshake = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const offers = [
      ['/api/health', 'Upgrade: h2c\r\nConnection: Upgrade\r\n', [401, 503, 503]],
      ['/ws', `Upgrade: websocket\r\nConnection: Upgrade\r\n${handshake}`, [401, 503, 101]],
    ] as const;
    for (const [path, offer, expected] of offers) {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.write(
        'GET /api/orders HTTP/1.1\r\nHost: shop\r\n\r\nGET /api/health HTTP/1.1\r\nHost: shop\r\n\r\n' +
          `GET ${path} HTTP/1.1\r\nHost: shop\r\n${offer}\r\n`,
      );
      const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      await waitFor(() => statuses().length === 3, { what: 'three answers' });
      socket.destroy();
      expect(statuses()).toEqual(expected);
    }
  });

  it('is answered with 503 while notifications is away', async () => {
    echo.server.close();
    const answer = await knock(shop.url, { origin: shop.url });
    expect([answer.status, answer.code]).toEqual([503, 'unavailable']);
  });
});

describe('the sockets of one address', () => {
  let own: Echo;
  beforeAll(async () => {
    own = await openEcho();
  });
  afterAll(() => {
    for (const socket of own.sockets) socket.destroy();
    own.server.close();
  });

  it('are refused with 429 when too many are open, until one of them closes', async () => {
    // Two open sockets, and twenty-four reads a minute.
    const small = await openShop({
      NOTIFICATIONS_URL: own.url,
      RATE_LIMIT_FACTOR: '0.004',
    });
    try {
      const open = [await knock(small.url, {}), await knock(small.url, {})];
      expect(open.map(({ status }) => status)).toEqual([101, 101]);
      expect(await knock(small.url, {})).toMatchObject({ status: 429, code: 'rate_limited' });
      open[0]?.socket?.destroy();
      await waitFor(
        async () => {
          const next = await knock(small.url, {});
          open.push(next);
          return next.status === 101;
        },
        { what: 'a free place' },
      );
      for (const { socket } of open) socket?.destroy();
    } finally {
      await small.close();
    }
  });

  it('are refused with 429 when it asks too often, before notifications is asked', async () => {
    const small = await openShop({ NOTIFICATIONS_URL: own.url, RATE_LIMIT_FACTOR: '0.0005' });
    try {
      const before = own.seen.length;
      const statuses: number[] = [];
      for (let n = 0; n < 8; n++) {
        const { status, socket } = await knock(small.url, {});
        statuses.push(status);
        socket?.destroy();
        await waitFor(() => own.sockets.size === 0, { what: 'the other side to close' });
      }
      expect(statuses).toContain(101);
      expect(statuses.slice(-2)).toEqual([429, 429]);
      expect(own.seen.length - before).toBe(statuses.filter((status) => status === 101).length);
    } finally {
      await small.close();
    }
  });
});
