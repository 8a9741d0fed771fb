import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FuzzRequest } from './requests';

/** How long a client waits for the first byte of an answer, and then for the next. */
const QUIET_MS = 400;
const LINGER_MS = 4_000;

/** Sends one request over a connection of its own; the statuses of what came back, none for a client that hung up. */
export const send = (url: string, { pieces, gapMs, hangsUp, lingers }: FuzzRequest): Promise<number[]> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(url);
    let text = '';
    const socket = connect(Number(port), hostname);
    const write = async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        if (gapMs > 0) await delay(gapMs);
      }
      if (hangsUp) socket.destroy();
    };
    socket.once('connect', () => void write());
    socket.setTimeout(lingers ? LINGER_MS : QUIET_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (text.length < 20_000) text += chunk.toString('latin1');
    });
    // A reset closes the connection too.
    socket.on('error', () => socket.destroy());
    socket.on('close', () =>
      resolve([...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))),
    );
  });
