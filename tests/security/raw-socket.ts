import { connect } from 'node:net';
import { shopUrl } from './shop';

/** Sends bytes as they are, and reads until the other side closes or `quietMs` have passed without a byte. */
export const sendRaw = (bytes: string, quietMs = 3_000): Promise<{ text: string; closed: boolean }> =>
  new Promise((resolve) => {
    const { port, hostname } = new URL(shopUrl());
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.setTimeout(quietMs, () => {
      resolve({ text, closed: false });
      socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    // A reset closes the connection too.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve({ text, closed: true }));
  });

/** The status of each answer in a stream of bytes. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
