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
});
