import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '@bramble/service-kit/errors';
import { newId } from '@bramble/service-kit/ids';
import type { ErrorCode } from '@bramble/contracts/errors';

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what is no HTTP request at all, or came too slowly, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = new AppError(codes[error.code ?? ''] ?? 'invalid_input', {
    detail: 'this is not a request that can be read',
  });
  const correlationId = newId();
  const body = JSON.stringify(problem.toProblem(correlationId));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `X-Correlation-Id: ${correlationId}`,
      '',
      body,
    ].join('\r\n'),
  );
}
