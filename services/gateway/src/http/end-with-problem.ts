import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppError } from '@bramble/service-kit/base/errors';
import { problemHeaders } from '@bramble/service-kit/http/problem';

/** How long a client has to read the answer and to close its side. */
const LINGER_MS = 3_000;

/**
 * Writes the last bytes to a socket that Node handed over, and closes it. Nobody else reads such a socket, and bytes that
 * nobody reads keep it open although its client has gone.
 */
export function endSocket(socket: Duplex, text: string): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(text);
}

/** Answers a socket that has no response object (an unreadable request, an upgrade) with a problem document, and ends it. */
export function endWithProblem(socket: Duplex, problem: AppError, correlationId: string): void {
  const body = JSON.stringify(problem.toProblem(correlationId));
  endSocket(
    socket,
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
