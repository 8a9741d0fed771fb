import type { IncomingMessage } from 'node:http';

/** At most this much of a refused body is drained, for at most this long; then the connection is closed. */
const MAX_BYTES = 1_000_000;
const MAX_MS = 3_000;

/**
 * Drains the rest of a refused body. Closing at once would reset the connection while the client still sends, and the
 * client might never read the answer.
 */
export function discardBody(req: IncomingMessage): void {
  // A destroyed request has no socket any more, and nothing that could be read.
  if (req.complete || req.destroyed) return;
  const { socket } = req;
  let left = MAX_BYTES;
  const destroy = () => socket.destroy();
  const timer = setTimeout(destroy, MAX_MS);
  timer.unref();
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) destroy();
  });
  const done = () => clearTimeout(timer);
  req.once('end', done).once('close', done).on('error', done);
  req.resume();
}
