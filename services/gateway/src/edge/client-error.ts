import type { Duplex } from 'node:stream';
import type { ErrorCode } from '@bramble/contracts/errors';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import { endWithProblem } from '../http/end-with-problem';

const codes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers a request that cannot be parsed, or that arrived too slowly, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = new AppError(codes[error.code ?? ''] ?? 'invalid_input', {
    detail: 'the request is not valid HTTP',
  });
  endWithProblem(socket, problem, newId());
}
