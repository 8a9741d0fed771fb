import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { JSON_LIMIT, readBody } from '@bramble/service-kit/body';
import type { CookieName } from '@bramble/service-kit/cookies';
import { AppError } from '@bramble/service-kit/errors';
import { internalTokenHeader, signInternalToken } from '@bramble/service-kit/internal-auth';
import { currentContext } from '@bramble/service-kit/request-context';
import type { AccessClaims } from '@bramble/contracts/sessions';
import type { UpstreamAnswer } from './exchange';
import { answeredHeaders, cookiesFor, forwardedHeaders } from './headers';
import type { UpstreamName } from './routing';
import type { Upstream } from './upstream';

export const UPLOAD_LIMIT = 5_000_000;

const cookiesOf: Readonly<Partial<Record<UpstreamName, readonly CookieName[]>>> = {
  users: ['refresh', 'cart'],
  orders: ['cart'],
  payments: ['cart'],
};

/** Milliseconds until an answer must begin. Password hashes queue, orders wait for their twin with the same key. */
const READ_MS = 5_000;
const WRITE_MS = 15_000;
const HASH_MS = 60_000;

export interface Caller {
  address: string;
  secure: boolean;
  claims: AccessClaims | undefined;
}
export interface Forwarding {
  name: UpstreamName;
  upstream: Upstream;
  path: string;
  caller: Caller;
  multipart: boolean;
}

/** The token that tells a service who calls, for one request. */
export const callerToken = (
  key: string,
  { claims, secure }: Omit<Caller, 'address'>,
  correlationId: string,
): string =>
  signInternalToken(key, {
    sub: claims?.sub ?? null,
    roles: claims ? [...claims.roles] : [],
    ...(claims ? { sid: claims.sid } : {}),
    kind: 'user',
    secure,
    cid: correlationId,
  });

/** An upload passes through as it comes, up to its limit. */
function limited(req: IncomingMessage): Readable {
  const through = new PassThrough();
  let size = 0;
  req.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > UPLOAD_LIMIT)
      through.destroy(new AppError('body_too_large', { detail: `at most ${UPLOAD_LIMIT} bytes` }));
  });
  pipeline(req, through, () => undefined);
  return through;
}

/** Sends a request on to its service with headers made anew, and answers what the service answered. */
export function createForward(tokenKey: string) {
  return async (
    req: IncomingMessage,
    { name, upstream, path, caller, multipart }: Forwarding,
  ): Promise<UpstreamAnswer> => {
    const { correlationId } = currentContext();
    const method = req.method ?? 'GET';
    const headers = forwardedHeaders(req.headers);
    headers[internalTokenHeader] = callerToken(tokenKey, caller, correlationId);
    headers['x-correlation-id'] = correlationId;
    headers['x-client-address'] = caller.address;
    const cookie = cookiesFor(req.headers.cookie, cookiesOf[name] ?? [], caller.secure);
    if (cookie !== undefined) headers['cookie'] = cookie;

    const reads = method === 'GET' || method === 'HEAD';
    const length = req.headers['content-length'];
    const hasBody =
      !reads && ((length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined);
    const timeoutMs = reads ? READ_MS : name === 'users' || multipart ? HASH_MS : WRITE_MS;
    if (!hasBody) {
      delete headers['content-type'];
      return upstream.send({ method, path, headers, timeoutMs });
    }
    if (!multipart)
      return upstream.send({ method, path, headers, timeoutMs, body: await readBody(req, JSON_LIMIT) });
    if (length !== undefined) headers['content-length'] = length;
    const body = limited(req);
    let tooLarge: unknown;
    body.once('error', (error) => {
      tooLarge = error;
    });
    return upstream.send({ method, path, headers, timeoutMs, body }).catch((error: unknown) => {
      throw tooLarge instanceof AppError ? tooLarge : error;
    });
  };
}

/** Writes a service's answer to the client. */
export function writeAnswer(req: IncomingMessage, res: ServerResponse, answer: UpstreamAnswer): void {
  const headers = answeredHeaders(answer.headers);
  const length = answer.headers['content-length'];
  if (Buffer.isBuffer(answer.body)) {
    if (answer.status !== 204 && answer.status !== 304)
      headers['content-length'] = req.method === 'HEAD' ? String(length ?? 0) : String(answer.body.length);
    res.writeHead(answer.status, headers);
    res.end(answer.body);
    return;
  }
  if (length !== undefined) headers['content-length'] = length;
  res.writeHead(answer.status, headers);
  pipeline(answer.body, res, () => undefined);
}
