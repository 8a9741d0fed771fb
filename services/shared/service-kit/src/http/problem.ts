import type { ServerResponse } from 'node:http';
import { AppError, isTransient } from '../base/errors';

/**
 * The AppError that a client is told for any error: itself when it is one, `unavailable` for a store or service that is
 * away, else `internal`, which says nothing of what is inside.
 */
export function problemOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(isTransient(error) ? 'unavailable' : 'internal', { cause: error });
}

/** The headers of an error's answer, besides its type and length. */
export function problemHeaders({
  options: { retryAfterSeconds, headers },
}: AppError): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    ...headers,
  };
}

/** Writes an error as a problem document. */
export function sendProblem(res: ServerResponse, error: AppError, correlationId: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = JSON.stringify(error.toProblem(correlationId));
  res.writeHead(error.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...problemHeaders(error),
  });
  res.end(body);
}
