import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Transport } from '@bramble/service-kit/http/transport';
import { answeredHeaders } from '../http/headers';

const forwardedHeaders = [
  'accept',
  'accept-encoding',
  'accept-language',
  'if-none-match',
  'if-modified-since',
  'range',
] as const;

/** Fetches pages and assets from the storefront's own server. */
export const proxyStorefront =
  (server: Transport) =>
  async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const method = req.method ?? 'GET';
    if (method !== 'GET' && method !== 'HEAD')
      throw new AppError('method_not_allowed', { headers: { allow: 'GET, HEAD' } });
    const headers: Record<string, string> = {};
    for (const name of forwardedHeaders) {
      const value = req.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const answer = await server.send({ method, path: req.url ?? '/', headers, timeoutMs: 5_000 });
    const answered = answeredHeaders(answer.headers);
    for (const name of ['content-encoding', 'content-length', 'accept-ranges', 'content-range'] as const) {
      const value = answer.headers[name];
      if (value !== undefined) answered[name] = value;
    }
    res.writeHead(answer.status, answered);
    if (Buffer.isBuffer(answer.body)) res.end(answer.body);
    else pipeline(answer.body, res, () => undefined);
  };
