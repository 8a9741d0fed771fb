import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answers';

/** Does the caller have this very copy? Weak and strong tags compare alike, as RFC 9110 has it for If-None-Match. */
export function knows(req: IncomingMessage, etag: string): boolean {
  const header = req.headers['if-none-match'];
  if (header === undefined) return false;
  return header.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag === etag || tag === `W/${etag}`;
  });
}

/** Sends bytes as JSON, or 304 to who has them. Copies elsewhere must ask before they are used again. */
export function sendAnswer(req: IncomingMessage, res: ServerResponse, { bytes, etag }: Answer): number {
  if (knows(req, etag)) {
    res.writeHead(304, { etag, 'cache-control': 'no-cache' }).end();
    return 304;
  }
  res.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'cache-control': 'no-cache',
    etag,
  });
  res.end(req.method === 'HEAD' ? undefined : bytes);
  return 200;
}
