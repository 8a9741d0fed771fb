import type { IncomingMessage } from 'node:http';

/** Of a refused body at most this much is read, for at most this long; then the connection is closed. */
const MAX_BYTES = 1_000_000;
const MAX_MS = 3_000;

/**
 * Reads and drops the rest of a body that was refused. Closing at once would reset the connection while the client still
 * sends, and the client might never see the answer.
 */
export function discardBody(req: IncomingMessage): void {
  if (req.complete) return;
  let left = MAX_BYTES;
  const cut = () => req.socket.destroy();
  const timer = setTimeout(cut, MAX_MS);
  timer.unref();
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  const done = () => clearTimeout(timer);
  req.once('end', done).once('close', done).on('error', done);
  req.resume();
}
