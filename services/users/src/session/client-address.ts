import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Where the request came from, as the gateway says; it reaches us only with the gateway's signed token. */
export function clientAddress(req: IncomingMessage): string {
  const given = req.headers['x-client-address'];
  return typeof given === 'string' && isIP(given.replace(/\/56$/, '')) !== 0 ? given : 'unknown';
}
