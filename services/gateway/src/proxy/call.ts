import { pathOf, type Answer, type Operation, type Sent } from '@bramble/contracts/operation';
import { errorCodes, type ErrorCode } from '@bramble/contracts/errors';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Actor } from '@bramble/service-kit/base/actor';
import { internalTokenHeader, signInternalToken } from '@bramble/service-kit/base/internal-auth';
import { currentContext } from '@bramble/service-kit/base/request-context';
import type { Upstream } from './upstream';

export interface CallOptions<O extends Operation> {
  params?: Sent<O['params']>;
  query?: Sent<O['query']>;
  body?: Sent<O['body']>;
  /** For whom the call is made; the gateway itself unless told. */
  as?: Actor;
  timeoutMs?: number;
}
export type Call = <O extends Operation>(
  upstream: Upstream,
  operation: O,
  options?: CallOptions<O>,
) => Promise<Answer<O>>;

function errorFrom(name: string, status: number, text: string): AppError {
  let code: unknown;
  let detail: unknown;
  try {
    ({ code, detail } = JSON.parse(text) as Record<string, unknown>);
  } catch {
    code = undefined;
  }
  if (typeof code !== 'string' || !(code in errorCodes) || code === 'unauthenticated')
    return new AppError('bad_gateway', { detail: `${name} answered ${status}` });
  return new AppError(code as ErrorCode, typeof detail === 'string' ? { detail } : {});
}

/** Makes the function by which the gateway itself asks a service; it shares breaker and connections with the proxy. */
export const createCall =
  (tokenKey: string): Call =>
  async (upstream, operation, options = {}) => {
    const { correlationId } = currentContext();
    const { as: actor, body, timeoutMs = 2_000 } = options;
    const answer = await upstream.send({
      method: operation.method.toUpperCase(),
      path: pathOf(operation, options.params, options.query),
      headers: {
        [internalTokenHeader]: signInternalToken(tokenKey, upstream.name, {
          sub: actor?.userId ?? null,
          roles: [...(actor?.roles ?? [])],
          ...(actor?.sessionId === undefined ? {} : { sid: actor.sessionId }),
          kind: 'service',
          name: 'gateway',
          secure: actor?.secure ?? false,
          cid: correlationId,
        }),
        'x-correlation-id': correlationId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      timeoutMs,
    });
    if (!Buffer.isBuffer(answer.body)) {
      answer.body.destroy();
      throw new AppError('bad_gateway', { detail: `${upstream.name} answered too much` });
    }
    const text = answer.body.toString('utf8');
    if (answer.status >= 400) throw errorFrom(upstream.name, answer.status, text);
    const schema = operation.responses[answer.status];
    return (schema ? schema.parse(JSON.parse(text)) : undefined) as Answer<typeof operation>;
  };
