import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppError } from '@bramble/service-kit/base/errors';
import { problemHeaders } from '@bramble/service-kit/http/problem';

/** Answers a socket that has no response object (an unreadable request, an upgrade) with a problem document, and ends it. */
export function endWithProblem(socket: Duplex, problem: AppError, correlationId: string): void {
  const body = JSON.stringify(problem.toProblem(correlationId));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json',
      ...Object.entries(problemHeaders(problem)).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `X-Correlation-Id: ${correlationId}`,
      '',
      body,
    ].join('\r\n'),
  );
}
