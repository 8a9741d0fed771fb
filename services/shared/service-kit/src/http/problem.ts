import type { ServerResponse } from 'node:http';
import { AppError, isTransient } from '../base/errors';
import { isOutOfConnections } from '../base/store-errors';

/**
 * The AppError that a client gets for any error: an AppError itself, `unavailable` for a store or service that is away,
 * otherwise `internal`, which contains no details.
 */
export function problemOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isOutOfConnections(error))
    return new AppError('unavailable', {
      detail: 'no connection to the database is free',
      retryAfterSeconds: 1,
      cause: error,
    });
  return new AppError(isTransient(error) ? 'unavailable' : 'internal', { cause: error });
}

/** The headers of an error answer, besides type and length. */
export function problemHeaders({
  options: { retryAfterSeconds, headers },
}: AppError): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    ...headers,
  };
}

/** Sends an error as a problem document. */
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
