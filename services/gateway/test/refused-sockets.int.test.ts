import { connect } from 'node:net';
import { promisify } from 'node:util';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('a connection that asks for another protocol', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  const open = async (): Promise<number> => {
    const { server } = shop.gateway.service;
    return promisify(server.getConnections.bind(server))();
  };
  const dial = () => {
    const { port, hostname } = new URL(shop.url);
    // The client keeps its side open when the gateway has ended its own.
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const read = { text: '' };
    socket.on('data', (chunk: Buffer) => (read.text += chunk.toString()));
    socket.on('error', () => undefined);
    return { socket, read };
  };
  const handshake =
    'GET /ws HTTP/1.1\r\nHost: shop\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  it.each(['sends two bytes and leaves', 'stays'])(
    'and is refused is closed also when its client %s',
    async (what) => {
      const before = await open();
      const clients = Array.from({ length: 50 }, dial);
      for (const { socket } of clients) socket.write(handshake);
      await waitFor(() => clients.every(({ read }) => read.text.includes(' 503 ')), { what: 'the refusals' });
      if (what === 'stays') for (const { socket } of clients) socket.pause();
      else for (const { socket } of clients) socket.end('ab');
      await waitFor(async () => (await open()) <= before, { what: 'closed connections', timeout: 6_000 });
      for (const { socket } of clients) socket.destroy();
    },
    30_000,
  );

  it('that is not spoken gathers no listeners with its requests', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => void warnings.push(name);
    process.on('warning', onWarning);
    const { socket, read } = dial();
    for (let n = 1; n <= 30; n++) {
      socket.write('GET /api/health HTTP/1.1\r\nHost: shop\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n');
      await waitFor(() => read.text.split('HTTP/1.1 503').length > n, { what: 'an answer' });
    }
    socket.destroy();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  }, 30_000);

  it('that is not spoken gets the ordinary answers to its requests', async () => {
    const offers = [
      'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n',
      'Upgrade: TLS/1.0\r\nConnection: keep-alive, Upgrade\r\n',
    ];
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'not my password' });
    const requests = offers.flatMap((offer) => [
      `GET /api/health HTTP/1.1\r\nHost: shop\r\n${offer}\r\n`,
      `POST /api/auth/login HTTP/1.1\r\nHost: shop\r\n${offer}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ]);
    const { port, hostname } = new URL(shop.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    // All requests share one connection: the answer must not close it.
    for (const [index, bytes] of requests.entries()) {
      socket.write(bytes);
      await waitFor(() => statuses().length === index + 1, { what: 'an answer' });
    }
    socket.destroy();
    expect(statuses()).toEqual([503, 401, 503, 401]);
    expect(text).toContain('bad_credentials');
  });

  it('that is not spoken gets them however many headers stand before the length of the body', async () => {
    const { port, hostname } = new URL(shop.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    // A body that would be a request of its own.
    const body = 'GET /api/health HTTP/1.1\r\nHost: shop\r\n\r\n';
    socket.write(
      `POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n${'a: b\r\n'.repeat(2_100)}` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await waitFor(() => statuses().length === 1, { what: 'an answer' });
    socket.write('GET /api/health HTTP/1.1\r\nHost: shop\r\n\r\n');
    await waitFor(() => statuses().length === 2, { what: 'the next answer' });
    socket.destroy();
    expect(statuses()).toEqual([400, 503]);
  });

  it('is dropped while its request waits for its turn', async () => {
    const { port, hostname } = new URL(shop.url);
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'not my password' });
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(
      'GET /api/orders HTTP/1.1\r\nHost: shop\r\n\r\nPOST /api/auth/login HTTP/1.1\r\nHost: shop\r\n' +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
        'GET /api/health HTTP/1.1\r\nHost: shop\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    );
    // The password is compared for a while after the first answer.
    await waitFor(() => text.includes('HTTP/1.1 401'), { what: 'the first answer' });
    socket.resetAndDestroy();
    // A login is answered after the one before it: what the reset did is over by then.
    const next = await fetch(new URL('/api/auth/login', shop.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(next.status).toBe(401);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
