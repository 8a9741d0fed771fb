import { Pool } from 'undici';
import { pathOf, type Answer, type Operation, type Sent } from '@bramble/contracts/operation';
import { openBreaker } from './breaker';
import type { Service } from '../runtime/service';
import { AppError, errorOfProblem } from '../base/errors';
import type { Actor } from '../base/actor';
import { internalTokenHeader, signInternalToken } from '../base/internal-auth';
import { histogram } from '../observe/metrics';
import { currentContext } from '../base/request-context';

export interface CallOptions<O extends Operation> {
  params?: Sent<O['params']>;
  query?: Sent<O['query']>;
  body?: Sent<O['body']>;
  /** For whom the call is made; nobody unless told. */
  as?: Actor;
  cookie?: string | undefined;
  headers?: Record<string, string>;
}
export interface Upstream {
  call<O extends Operation>(operation: O, options?: CallOptions<O>): Promise<Answer<O>>;
}

const errorTypeOf = (error: unknown): string => {
  const code = String((error as { code?: unknown; cause?: { code?: unknown } }).code ?? '');
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  return error instanceof AppError && error.status >= 500 ? '5xx' : 'reset';
};

/** Makes a problem document the same AppError again; a foreign answer becomes `bad_gateway`. */
function errorFrom(name: string, status: number, text: string): AppError {
  const foreign = new AppError('bad_gateway', { detail: `${name} answered ${status}` });
  try {
    const error = errorOfProblem(JSON.parse(text) as Record<string, unknown>);
    return error && error.code !== 'unauthenticated' ? error : foreign;
  } catch {
    return foreign;
  }
}

/**
 * A client of another service: keep-alive connections, one breaker that opens when half of at least 10 calls in 10 s
 * failed and tries again after 5 s, a time limit that really aborts, and one repetition of GETs.
 */
export function createUpstream(
  service: Service,
  { name, url, timeoutMs = 2_000 }: { name: string; url: string; timeoutMs?: number },
): Upstream {
  const pool = new Pool(new URL(url).origin, {
    connections: 32,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: 1_000 },
  });
  const duration = histogram(service, 'http_client_request_duration_seconds');

  const once = async (operation: Operation, options: CallOptions<Operation>): Promise<unknown> => {
    const { correlationId, traceparent } = currentContext();
    const actor = options.as;
    const token = signInternalToken(service.config.INTERNAL_TOKEN_KEY, name, {
      sub: actor?.userId ?? null,
      roles: [...(actor?.roles ?? [])],
      ...(actor?.sessionId === undefined ? {} : { sid: actor.sessionId }),
      kind: 'service',
      name: service.name,
      secure: actor?.secure ?? false,
      cid: correlationId,
    });
    const startedAt = performance.now();
    const span = service.tracing?.start({
      name: `${operation.method.toUpperCase()} ${operation.path}`,
      kind: 'client',
      parent: traceparent,
      attributes: { 'server.address': name },
    });
    const passedOn = span?.traceparent ?? traceparent;
    let errorType = '';
    try {
      const response = await pool.request({
        method: operation.method.toUpperCase() as 'GET',
        path: pathOf(operation, options.params, options.query),
        headers: {
          [internalTokenHeader]: token,
          'x-correlation-id': correlationId,
          ...(passedOn ? { traceparent: passedOn } : {}),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
          ...options.headers,
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.body.text();
      if (response.statusCode >= 400) throw errorFrom(name, response.statusCode, text);
      return text === '' ? undefined : JSON.parse(text);
    } catch (error) {
      errorType = error instanceof AppError && error.status < 500 ? '' : errorTypeOf(error);
      if (error instanceof AppError) throw error;
      throw new AppError(errorType === 'timeout' ? 'timeout' : 'unavailable', {
        detail: `${name} does not answer`,
        cause: error,
      });
    } finally {
      span?.end({ error: errorType || undefined });
      duration.observe(
        { server_address: name, error_type: errorType },
        (performance.now() - startedAt) / 1000,
      );
    }
  };

  const breaker = openBreaker(
    service,
    {
      name,
      volumeThreshold: 10,
      ignores: (error) => error instanceof AppError && error.status < 500,
    },
    once,
  );
  service.onStop(`${name} upstream`, () => pool.destroy());

  const fire = async (operation: Operation, options: CallOptions<Operation>): Promise<unknown> => {
    try {
      return await breaker.fire(operation, options);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('unavailable', { detail: `${name} is away`, cause: error });
    }
  };

  return {
    async call(operation, options = {}) {
      const given = options as CallOptions<Operation>;
      const repeatable = operation.method === 'get';
      const answer = await fire(operation, given).catch((error: unknown) => {
        if (repeatable && error instanceof AppError && error.code === 'unavailable' && !breaker.opened)
          return fire(operation, given);
        throw error;
      });
      const status = Number(Object.keys(operation.responses).find((code) => code.startsWith('2')) ?? 200);
      const schema = operation.responses[status];
      return (schema ? schema.parse(answer) : undefined) as Answer<typeof operation>;
    },
  };
}
