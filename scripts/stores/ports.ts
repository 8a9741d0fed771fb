import { randomInt } from 'node:crypto';
import net from 'node:net';

// Below the range that the kernel hands to outgoing connections, so that a port found free stays free
// while its server starts.
const LOWEST = 15_000;
const HIGHEST = 32_000;
const given = new Set<number>();

/** True when a server can listen there now. */
export function canListen(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free port that this process has not returned before. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && !given.has(preferred) && (await canListen(preferred))) {
    given.add(preferred);
    return preferred;
  }
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
}
