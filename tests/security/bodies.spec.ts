import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { memory, processes } from './fuzz/processes';
import { sendRaw, statusesIn } from './raw-socket';
import { shopClient, shopUrl } from './shop';

/** MiB that a service may take for all of these requests together. */
const MEMORY = 64;
const BOUNDARY = 'bodies';
const CALCULATE = 'POST /api/payments/calculate HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n';

interface Sender {
  socket: Socket;
  /** What it was answered so far. */
  text: () => string;
  ended: () => boolean;
}

/** Sends `head`, then `piece` as often as `times` says, as fast as it is taken. */
async function send(head: string, piece: Buffer, times: number): Promise<Sender> {
  const { port, hostname } = new URL(shopUrl());
  const socket = connect(Number(port), hostname);
  let text = '';
  let ended = false;
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => (ended = true));
  let left = times;
  const write = () => {
    while (left > 0 && !socket.destroyed) {
      left -= 1;
      if (!socket.write(piece)) return;
    }
  };
  socket.on('drain', write);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(head);
  write();
  return { socket, text: () => text, ended: () => ended };
}

/** Ten thousand chunks of one byte. */
const TINY = Buffer.from('1\r\n \r\n'.repeat(10_000));

/** The most memory of a service, above what it had, while `sent` is under way and until `over` says so. */
async function mostMemory(service: string, sent: () => Promise<Sender[]>, over: (all: Sender[]) => boolean) {
  const before = memory()[service] ?? 0;
  let most = before;
  const sample = () => (most = Math.max(most, memory()[service] ?? 0));
  const all = await sent();
  await waitFor(() => (sample(), over(all)), { timeout: 60_000, interval: 50, what: 'the ends' });
  // What was read last is still being handled.
  await pause(500);
  sample();
  for (const { socket } of all) socket.destroy();
  return { grown: most - before, all };
}

const isOver = ({ ended, text }: Sender) => ended() || statusesIn(text()).length > 0;

describe('a body', () => {
  it('in pieces of one byte costs the gateway little, whoever sends it', async () => {
    const alive = processes();
    const head = `${CALCULATE}Transfer-Encoding: chunked\r\n\r\n`;
    const { grown, all } = await mostMemory(
      'gateway',
      () => Promise.all(Array.from({ length: 40 }, () => send(head, TINY, 9))),
      (senders) => senders.every(isOver),
    );
    tally(`bodies of 90 kB in pieces of one byte; the gateway took ${grown} MiB more`, all.length, []);
    expect(grown).toBeLessThan(MEMORY);
    expect(processes()).toEqual(alive);
  }, 90_000);

  it('of a picture in pieces of one byte costs catalog and the gateway little', async () => {
    const alive = processes();
    const shop = shopClient();
    const seller = await shop.signUp('seller');
    const product = await shop.offer(seller, 1, { title: 'Jam in small pieces' });
    const head = [
      `PUT /api/products/${product.id}/picture HTTP/1.1`,
      'Host: shop',
      `Authorization: Bearer ${seller}`,
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
      'Transfer-Encoding: chunked\r\n\r\n',
    ].join('\r\n');
    const form = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`;
    const first = `${head}${form.length.toString(16)}\r\n${form}\r\n`;
    for (const service of ['catalog', 'gateway']) {
      const { grown, all } = await mostMemory(
        service,
        () => Promise.all([send(first, TINY, 100), send(first, TINY, 100)]),
        (senders) => senders.every(isOver),
      );
      tally(`pictures of 1 MB in pieces of one byte; ${service} took ${grown} MiB more`, all.length, []);
      expect(grown).toBeLessThan(MEMORY);
    }
    expect(processes()).toEqual(alive);
  }, 150_000);

  it('that never ends is held for few of one address, and keeps nobody from being served', async () => {
    const alive = processes();
    const head = `${CALCULATE}Content-Length: 99000\r\n\r\n`;
    const { grown, all } = await mostMemory(
      'gateway',
      () => Promise.all(Array.from({ length: 600 }, () => send(head, Buffer.alloc(98_000, 0x20), 1))),
      // The memory of one address is for some twenty of them; all others are refused.
      (senders) => senders.filter(isOver).length >= 570,
    );
    const refused = all.filter(({ text }) => statusesIn(text()).includes(429)).length;
    const { text } = await sendRaw('GET /api/health HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n');
    tally(
      `bodies that never end; ${refused} refused, and the gateway took ${grown} MiB more`,
      all.length,
      [],
    );
    expect(refused).toBeGreaterThan(500);
    expect(grown).toBeLessThan(MEMORY);
    expect(statusesIn(text)).toEqual([200]);
    expect(processes()).toEqual(alive);
  }, 90_000);
});
