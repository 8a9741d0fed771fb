import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUnchanged } from './conditions';

export const JSON_TYPE = 'application/json';

/** An answer whose status or headers the handler chose. A body of bytes goes out as it is, any other one as JSON. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

/** Answers with a status of one's own, for example 202, or with headers such as ETag. */
export const reply = (status: number, body?: unknown, headers: Record<string, string> = {}): Reply =>
  new Reply(status, body, headers);

/** Answers 200 with bytes that are sent as they are, of the given content type. */
export const bytes = (content: Buffer, type: string, headers: Record<string, string> = {}): Reply =>
  new Reply(200, content, { 'content-type': type, ...headers });

const withoutBody = new Set([204, 304]);

/**
 * Writes an answer and returns the status that was sent: a GET or HEAD whose If-None-Match names the answer's ETag gets
 * 304. Copies are not kept unless the reply's own Cache-Control allows it.
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
