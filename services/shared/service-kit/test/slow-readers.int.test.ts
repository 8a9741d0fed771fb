import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { waitFor } from '@bramble/test-kit/wait-for';
import { closeSlowReaders, type SlowReaderLimits } from '../src/http/slow-readers';
import { createMetrics } from '../src/observe/metrics';

const MB = 1_000_000;
/** More than the operating system buffers for a client that does not read. */
const ANSWER = 12 * MB;
const GRACE_MS = 800;
const limits: Partial<SlowReaderLimits> = { graceMs: GRACE_MS, bytesPerSecond: 10 * MB, checkMs: 100 };

let server: Server;
let port: number;
const metrics = createMetrics('toy');
const clients: Socket[] = [];

async function serve(more: Partial<SlowReaderLimits> = {}): Promise<void> {
  server = createServer((req, res) => {
    if (req.url === '/small') res.end('small');
    else if (req.url === '/whole') res.end(Buffer.alloc(ANSWER, 0x61));
    else Readable.from(pieces()).pipe(res);
  });
  closeSlowReaders({ metrics }, server, { ...limits, ...more });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}
function* pieces(): Generator<Buffer> {
  for (let sent = 0; sent < ANSWER; sent += 64_000) yield Buffer.alloc(64_000, 0x61);
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Asks for an answer; the test reads from the connection, or does not. */
async function ask(path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: toy\r\n\r\n`);
  return socket;
}
const openConnections = () =>
  new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
const closedSoFar = async (): Promise<number> =>
  Number(/bramble_slow_readers_total\S* (\d+)/.exec(await metrics.registry.metrics())?.[1]);
const smallAnswer = async () => (await fetch(`http://127.0.0.1:${port}/small`)).text();

describe('clients that read an answer too slowly', () => {
  it.each(['/whole', '/stream'])('lose their connection when they read nothing of %s', async (path) => {
    await serve();
    const before = await closedSoFar();
    for (let n = 0; n < 20; n++) await ask(path);
    expect(await smallAnswer()).toBe('small');
    await waitFor(async () => (await closedSoFar()) - before === 20, { what: 'the ends of 20 connections' });
    // The one of the small answer is kept alive.
    expect(await openConnections()).toBeLessThanOrEqual(1);
  });

  it('lose their connection when they read only a byte now and then', async () => {
    await serve();
    const before = await closedSoFar();
    const slow = await ask('/stream');
    const timer = setInterval(() => slow.read(1), 50);
    await waitFor(async () => (await closedSoFar()) - before === 1, {
      timeout: 10 * GRACE_MS,
      what: 'the end of the connection',
    });
    clearInterval(timer);
  });

  it('keep their connection while they read, however long the whole answer takes', async () => {
    await serve();
    const steady = await ask('/stream');
    const startedAt = performance.now();
    let received = 0;
    // 64 kB every 20 ms: the whole takes several times as long as the grace.
    const timer = setInterval(() => {
      received += (steady.read(Math.min(64_000, steady.readableLength)) as Buffer | null)?.length ?? 0;
    }, 20);
    await waitFor(() => received >= ANSWER, { timeout: 20_000, what: 'the whole answer' });
    clearInterval(timer);
    expect(performance.now() - startedAt).toBeGreaterThan(2 * GRACE_MS);
  }, 30_000);

  it('hold no more memory together than the limit, and those that wait longest are closed first', async () => {
    const maxWaiting = 3 * ANSWER;
    await serve({ graceMs: 60_000, maxWaiting });
    const sockets: Socket[] = [];
    server.on('connection', (socket: Socket) => sockets.push(socket));
    for (let n = 0; n < 10; n++) await ask('/whole');
    const waiting = () => sockets.reduce((sum, socket) => sum + socket.writableLength, 0);
    await waitFor(() => sockets.filter(({ destroyed }) => destroyed).length >= 6, {
      what: 'the ends of connections',
    });
    await waitFor(() => waiting() <= maxWaiting, { what: 'room' });
    expect(sockets.at(0)?.destroyed).toBe(true);
    expect(sockets.at(-1)?.destroyed).toBe(false);
    expect(await smallAnswer()).toBe('small');
  });
});
