import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface UpstreamRequest {
  method: string;
  /** The path with its query. */
  path: string;
  /** The operation's path template, such as `/api/orders/{id}`, for the name of the span. */
  template?: string | undefined;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable | undefined;
  /** Milliseconds until the head of the answer must have arrived. */
  timeoutMs: number;
  buffered?: boolean;
  /** True for a slow operation, which uses connections of its own. */
  slow?: boolean;
  /** Aborts when the caller disconnects. */
  signal?: AbortSignal;
}
export interface UpstreamAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** A buffer for a small body, a stream for a large one. */
  body: Buffer | Readable;
}

/** A request whose answer is read into memory, whatever its size; `timeoutMs` limits the whole exchange. */
export type BufferedRequest = UpstreamRequest & { buffered: true };
export type BufferedAnswer = UpstreamAnswer & { body: Buffer };

/** Bodies up to this size are read into memory, so that they are sent in one write and can be cached. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/** The body broke off while it was sent, so the request failed by its sender's fault. `cause` is the body's error. */
export class BodyBrokeOff extends Error {
  override readonly name = 'BodyBrokeOff';
}

class UpstreamTimeout extends Error {
  override readonly name = 'TimeoutError';
}

/** Sends one request by undici's dispatch interface, which creates no streams for small answers. */
export function exchange(pool: Dispatcher, request: UpstreamRequest): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: { status: number; headers: IncomingHttpHeaders } | undefined;
    let chunks: Buffer[] = [];
    let size = 0;
    let stream: PassThrough | undefined;
    let failed: Error | undefined;

    const abort = (error: Error) => {
      failed ??= error;
      controller?.abort(error);
      reject(error);
    };
    const timer = setTimeout(
      () => abort(new UpstreamTimeout(`no answer within ${request.timeoutMs} ms`)),
      request.timeoutMs,
    );
    const onAbort = () => abort(new DOMException('the caller went away', 'AbortError'));
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.body instanceof Readable)
      request.body.once('error', (cause) => {
        failed ??= new BodyBrokeOff('the body of the request broke off', { cause });
      });
    const settle = () => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    };

    pool.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers,
        body: request.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 30_000,
      },
      {
        onRequestStart: (started) => {
          controller = started;
          if (failed) started.abort(failed);
        },
        onResponseStart: (_controller, status, headers) => {
          if (status < 200) return;
          head = { status, headers };
          if (!request.buffered) clearTimeout(timer);
        },
        onResponseData: (current, chunk) => {
          if (stream) {
            if (!stream.write(chunk)) current.pause();
            return;
          }
          chunks.push(chunk);
          size += chunk.length;
          if (size <= MAX_BUFFERED_BYTES || !head || request.buffered) return;
          stream = new PassThrough();
          stream.on('drain', () => current.resume());
          stream.on('close', () => {
            if (!stream?.readableEnded) current.abort(new DOMException('the caller went away', 'AbortError'));
          });
          for (const part of chunks) stream.write(part);
          chunks = [];
          resolve({ ...head, body: stream });
        },
        onResponseEnd: () => {
          settle();
          if (stream) stream.end();
          else if (head)
            resolve({ ...head, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) });
        },
        onResponseError: (_controller, error) => {
          settle();
          if (stream) stream.destroy(error);
          reject(failed ?? error);
        },
      },
    );
  });
}
