import type { IncomingMessage } from 'node:http';

/** What is left of a refused body is read so far and so long; a client that goes on sending is cut off. */
const MAX_BYTES = 1_000_000;
const MAX_MS = 3_000;

/**
 * Reads and forgets the rest of a body that was refused. Closing at once would reset the connection while the client
 * still sends, and it might never see why.
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
