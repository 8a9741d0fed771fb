import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUnchanged } from './conditions';

export const JSON_TYPE = 'application/json';

/**
 * An answer with a status or headers that the handler chose. A body of bytes is sent unchanged, any other one as JSON.
 */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

/** Makes an answer with another status, for example 202, or with headers such as ETag. */
export const reply = (status: number, body?: unknown, headers: Record<string, string> = {}): Reply =>
  new Reply(status, body, headers);

/** Makes a 200 answer of bytes that are sent unchanged, with the given content type. */
export const bytes = (content: Buffer, type: string, headers: Record<string, string> = {}): Reply =>
  new Reply(200, content, { 'content-type': type, ...headers });

const withoutBody = new Set([204, 304]);

/**
 * Sends an answer and returns its status: 304 for a GET or HEAD whose If-None-Match matches the answer's ETag. Answers
 * are not cacheable unless the reply sets Cache-Control.
 */
export function sendReply(
  req: IncomingMessage,
  res: ServerResponse,
  { status, body, headers }: Reply,
): number {
  const reads = req.method === 'GET' || req.method === 'HEAD';
  const sent = status === 200 && reads && isUnchanged(req.headers, headers['etag']) ? 304 : status;
  if (headers['cache-control'] === undefined && !res.hasHeader('cache-control'))
    res.setHeader('cache-control', 'no-store');
  if (body === undefined || withoutBody.has(sent)) {
    const { 'content-type': _type, ...others } = headers;
    res.writeHead(sent, others).end();
    return sent;
  }
  const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  res.writeHead(sent, { 'content-type': JSON_TYPE, ...headers, 'content-length': content.length });
  res.end(req.method === 'HEAD' ? undefined : content);
  return sent;
}
