import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The address of the client. The gateway sets it, and a request without the gateway's signed token is refused. */
export function clientAddress(req: IncomingMessage): string {
  const given = req.headers['x-client-address'];
  return typeof given === 'string' && isIP(given.replace(/\/56$/, '')) !== 0 ? given : 'unknown';
}
