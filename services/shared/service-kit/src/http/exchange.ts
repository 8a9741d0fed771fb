import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface UpstreamRequest {
  method: string;
  /** With its query. */
  path: string;
  /** The operation's path, such as `/api/orders/{id}`, for the name of the span. */
  template?: string | undefined;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable | undefined;
  /** Milliseconds until the head of the answer must be there. */
  timeoutMs: number;
  whole?: boolean;
  /** Aborted when the caller goes away. */
  signal?: AbortSignal;
}
export interface UpstreamAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Whole when it is small, a stream when it is not. */
  body: Buffer | Readable;
}

/** A request whose answer is read into memory, whatever its size; `timeoutMs` is the limit of the whole. */
export type WholeRequest = UpstreamRequest & { whole: true };
export type WholeAnswer = UpstreamAnswer & { body: Buffer };

/** Answers up to this size are read whole: one write to the client, and they can be kept. */
const WHOLE_BYTES = 256 * 1024;

export class UpstreamTimeout extends Error {
  override readonly name = 'TimeoutError';
}

/** One request and its answer, by undici's lowest interface: no streams are made for answers that fit in memory. */
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
          if (!request.whole) clearTimeout(timer);
        },
        onResponseData: (current, chunk) => {
          if (stream) {
            if (!stream.write(chunk)) current.pause();
            return;
          }
          chunks.push(chunk);
          size += chunk.length;
          if (size <= WHOLE_BYTES || !head || request.whole) return;
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
