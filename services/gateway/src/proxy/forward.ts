import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import type { Operation } from '@bramble/contracts/operation';
import type { AccessClaims } from '@bramble/contracts/sessions';
import { AppError } from '@bramble/service-kit/base/errors';
import { internalHeaders } from '@bramble/service-kit/base/internal-auth';
import { currentContext } from '@bramble/service-kit/base/request-context';
import { bodyMissing, isCutOff, jsonLimitOf, readBody } from '@bramble/service-kit/http/body';
import type { Upstream } from '@bramble/service-kit/http/client';
import { isUnchanged } from '@bramble/service-kit/http/conditions';
import type { UpstreamAnswer } from '@bramble/service-kit/http/exchange';
import type { PublicAnswer } from '../cache/public-answers';
import { answeredHeaders, cookiesFor, forwardedHeaders } from '../http/headers';
import { isUnsafe } from '../http/methods';
import type { SlowTurns } from '../limits/slow-turns';

export const UPLOAD_LIMIT = 5_000_000;

const READ_MS = 5_000;
/** An order waits 10 s for an earlier one with the same idempotency key. */
const WRITE_MS = 15_000;
const SLOW_MS = 120_000;

/** Milliseconds until the head of the answer must arrive. */
export const timeoutOf = ({ method, slow }: Operation): number =>
  slow ? SLOW_MS : method === 'get' ? READ_MS : WRITE_MS;

export interface Caller {
  address: string;
  secure: boolean;
  claims: AccessClaims | undefined;
}
interface Target {
  /** The template of the path, such as `/api/orders/{id}`. */
  template: string;
  upstream: Upstream;
  /** The path with its query. */
  path: string;
}
export interface Forwarding extends Target {
  operation: Operation;
  caller: Caller;
}

/** The headers that tell the service `audience` who calls, signed for one request. */
export const callerHeaders = (
  key: string,
  audience: string,
  { claims, secure }: Omit<Caller, 'address'>,
  correlationId: string,
): Record<string, string> =>
  internalHeaders(key, {
    audience,
    kind: 'user',
    as: { userId: claims?.sub ?? null, roles: claims?.roles ?? [], sessionId: claims?.sid, secure },
    correlationId,
  });

/**
 * An upload passes through as it comes, up to its limit. It ends with an AppError: `body_too_large`, or `request_timeout`
 * when the caller went away. The request itself is never destroyed, since its answer is still to be sent.
 */
function limited(req: IncomingMessage): Readable {
  // The caller may have gone away while its session was checked. Sending such a body would never end.
  if (isCutOff(req)) throw bodyMissing();
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= UPLOAD_LIMIT) done(null, chunk);
      else done(new AppError('body_too_large', { detail: `at most ${UPLOAD_LIMIT} bytes` }));
    },
  });
  // An upload that is refused before it is sent has no other listener.
  through.on('error', () => undefined);
  req.once('close', () => {
    if (isCutOff(req)) through.destroy(bodyMissing());
  });
  return req.pipe(through);
}

/** The whole JSON body. A body over the limit is refused while it arrives; the edge drains the rest. */
const readJsonBody = (req: IncomingMessage, operation: Operation, sender: string): Promise<Buffer> =>
  readBody(req, { limit: jsonLimitOf(operation), sender }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'body_too_large') throw error;
    throw new AppError('body_too_large', { detail: error.message });
  });

/**
 * Forwards requests to their services with new headers. `keyOf` answers the key of users' requests to a service; slow
 * requests wait for their turn.
 */
export function createForward(keyOf: (service: string) => string, inSlowTurn: SlowTurns) {
  const headersFor = (req: IncomingMessage, { operation, upstream, caller }: Forwarding) => {
    const headers = forwardedHeaders(req.headers);
    Object.assign(
      headers,
      callerHeaders(keyOf(upstream.name), upstream.name, caller, currentContext().correlationId),
    );
    headers['x-client-address'] = caller.address;
    const cookie = cookiesFor(req.headers.cookie, operation.cookies ?? [], caller.secure);
    if (cookie !== undefined) headers['cookie'] = cookie;
    return headers;
  };

  const request = async (req: IncomingMessage, forwarding: Forwarding): Promise<UpstreamAnswer> => {
    const { operation, template, upstream, path, caller } = forwarding;
    const method = req.method ?? 'GET';
    const slow = operation.slow ?? false;
    const reads = method === 'GET' || method === 'HEAD';
    const length = req.headers['content-length'];
    const hasBody =
      !reads && ((length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined);
    const json =
      hasBody && !operation.multipart ? await readJsonBody(req, operation, caller.address) : undefined;

    // The token in the headers is valid for a minute and an upload is read as it is sent, so both begin with the turn.
    const send = (): Promise<UpstreamAnswer> => {
      const headers = headersFor(req, forwarding);
      const plain = { method, path, template, headers, timeoutMs: timeoutOf(operation), slow };
      if (!hasBody) {
        delete headers['content-type'];
        return upstream.send(plain);
      }
      if (json) return upstream.send({ ...plain, body: json });
      if (length !== undefined) headers['content-length'] = length;
      const body = limited(req);
      return upstream.send({ ...plain, body }).finally(() => body.destroy());
    };
    if (!slow) return send();
    return inSlowTurn({ name: upstream.name, address: caller.address, connection: req.socket }, send);
  };

  /** Fetches a public answer: without the caller's identity, and whole. */
  const fetchShared = async ({ template, upstream, path }: Target): Promise<PublicAnswer> => {
    const { correlationId } = currentContext();
    const anonymous = { claims: undefined, secure: false };
    return upstream.send({
      method: 'GET',
      path,
      template,
      headers: callerHeaders(keyOf(upstream.name), upstream.name, anonymous, correlationId),
      timeoutMs: READ_MS,
      buffered: true,
    });
  };

  return { request, fetchShared };
}

export type Forward = ReturnType<typeof createForward>;

/** Writes a service's answer to the client, as 304 when the client has the same ETag. */
export function writeAnswer(req: IncomingMessage, res: ServerResponse, answer: UpstreamAnswer): void {
  const headers = answeredHeaders(answer.headers);
  const length = answer.headers['content-length'];
  if (!Buffer.isBuffer(answer.body)) {
    if (length !== undefined) headers['content-length'] = length;
    res.writeHead(answer.status, headers);
    pipeline(answer.body, res, () => undefined);
    return;
  }
  if (answer.status === 200 && !isUnsafe(req.method) && isUnchanged(req.headers, answer.headers.etag)) {
    delete headers['content-type'];
    res.writeHead(304, headers).end();
    return;
  }
  if (answer.status !== 204 && answer.status !== 304)
    headers['content-length'] = req.method === 'HEAD' ? String(length ?? 0) : String(answer.body.length);
  res.writeHead(answer.status, headers);
  res.end(answer.body);
}
