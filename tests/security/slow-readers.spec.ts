import { connect, type Socket } from 'node:net';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { memory, processes } from './fuzz/processes';
import { sendRaw } from './raw-socket';
import { shopUrl } from './shop';

const READERS = 60;
/** More answers than the operating system keeps of a connection. */
const ASKED = 120;
/** The grace of 30 s, the time that the waiting bytes add to it, and a busy machine. */
const ENDED_WITHIN_MS = 120_000;
/** What others may wait meanwhile, on a busy machine. */
const SERVED_WITHIN_MS = 3_000;
/** MiB that the gateway may take for all of them. */
const MEMORY = 96;
const LIST = '/api/products?limit=100';

/** Asks for many answers at once and reads a byte a second of them, or nothing. */
async function openReader(reads: boolean): Promise<{ socket: Socket; ended: Promise<void> }> {
  const { port, hostname } = new URL(shopUrl());
  const socket = connect(Number(port), hostname);
  socket.pause();
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(`GET ${LIST} HTTP/1.1\r\nHost: shop\r\n\r\n`.repeat(ASKED));
  // A socket that does not read learns of its end when it writes. A server ignores empty lines between requests.
  const timer = setInterval(() => {
    if (reads) socket.read(1);
    socket.write('\r\n');
  }, 1_000);
  const ended = new Promise<void>((resolve) => {
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
  return { socket, ended };
}

describe('who reads slowly', () => {
  it('loses the connection, takes little memory, and keeps nobody from being served', async () => {
    const alive = processes();
    const { gateway: before = 0 } = memory();
    const readers = await Promise.all(Array.from({ length: READERS }, (_, n) => openReader(n % 2 === 0)));
    let ended = 0;
    for (const reader of readers) void reader.ended.then(() => (ended += 1));
    let most = 0;
    let slowest = 0;
    await waitFor(
      async () => {
        const startedAt = performance.now();
        const { text } = await sendRaw('GET /api/health HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n');
        expect(text).toContain('HTTP/1.1 200');
        slowest = Math.max(slowest, performance.now() - startedAt);
        most = Math.max(most, memory()['gateway'] ?? 0);
        return ended === READERS;
      },
      { timeout: ENDED_WITHIN_MS, interval: 500, what: 'the ends of all connections' },
    );
    tally(`slow readers; the gateway took ${Math.round(most - before)} MiB more`, READERS, [
      ...(slowest < SERVED_WITHIN_MS ? [] : [`another request took ${Math.round(slowest)} ms`]),
    ]);
    expect(slowest).toBeLessThan(SERVED_WITHIN_MS);
    expect(most - before).toBeLessThan(MEMORY);
    expect(processes()).toEqual(alive);
  }, 180_000);
});
