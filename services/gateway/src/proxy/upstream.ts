import { Pool } from 'undici';
import type { ServiceName } from '@bramble/contracts/operation';
import { openBreaker } from '@bramble/service-kit/http/breaker';
import { pause } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { AppError } from '@bramble/service-kit/base/errors';
import { counter, histogram } from '@bramble/service-kit/observe/metrics';
import { exchange, type UpstreamAnswer, type UpstreamRequest } from './exchange';
import { createRetryBudget } from './retry-budget';

/** The services that the gateway passes requests on to. */
export type UpstreamName = Exclude<ServiceName, 'gateway'>;

export interface Upstream {
  readonly name: string;
  /** Throws AppError `unavailable` or `timeout` when there is no answer. Any answer, also a 500, is an answer. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

/** The ways to all services; notifications may be left out of a small shop. */
export type Upstreams = Readonly<
  Record<Exclude<UpstreamName, 'notifications'>, Upstream> & Partial<Record<'notifications', Upstream>>
>;

/** Bulkhead: a service in trouble holds so many requests of the gateway and no more; most of them wait in line. */
const MAX_IN_HAND = 2_000;
const CONNECTIONS = 64;

const codeOf = (error: unknown): string =>
  String((error as { code?: unknown }).code ?? (error as { cause?: { code?: unknown } }).cause?.code ?? '');
const neverSent = (error: unknown) =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(error));
const errorTypeOf = (error: unknown): 'timeout' | 'refused' | 'reset' =>
  error instanceof Error && error.name === 'TimeoutError'
    ? 'timeout'
    : neverSent(error)
      ? 'refused'
      : 'reset';

/**
 * A way to one service: keep-alive connections, a breaker that opens when half of at least five calls in 10 s got no
 * answer and tries again after 5 s, one repetition with jitter where it is safe and the budget allows, a bulkhead.
 */
export function createUpstream(service: Service, { name, url }: { name: string; url: string }): Upstream {
  const pool = new Pool(new URL(url).origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connect: { timeout: 900 },
  });
  const duration = histogram(service, 'http_client_request_duration_seconds');
  const refused = counter(service, 'bramble_http_rejected_total');
  const budget = createRetryBudget();
  let inHand = 0;

  const once = async (request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const startedAt = performance.now();
    let errorType = '';
    try {
      const answer = await exchange(pool, request);
      if (answer.status >= 500) errorType = '5xx';
      return answer;
    } catch (error) {
      errorType = errorTypeOf(error);
      throw error;
    } finally {
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
      volumeThreshold: 5,
      // Whoever hung up says nothing about the service.
      ignores: (error) => error instanceof Error && error.name === 'AbortError',
    },
    once,
  );
  service.onStop(`${name} upstream`, () => pool.destroy());

  const repeatable = (request: UpstreamRequest, error: unknown) => {
    if (breaker.opened || request.signal?.aborted || (request.body && !Buffer.isBuffer(request.body)))
      return false;
    if (neverSent(error)) return true;
    return (request.method === 'GET' || request.method === 'HEAD') && errorTypeOf(error) === 'reset';
  };

  return {
    name,
    async send(request) {
      if (inHand >= MAX_IN_HAND) {
        refused.inc({ reason: 'overload' });
        throw new AppError('unavailable', {
          detail: `${name} has too much to do`,
          retryAfterSeconds: 1,
        });
      }
      inHand += 1;
      budget.onRequest();
      try {
        return await breaker.fire(request).catch(async (error: unknown) => {
          if (!repeatable(request, error) || !budget.take()) throw error;
          await pause(20 + Math.random() * 80);
          return breaker.fire(request);
        });
      } catch (error) {
        throw errorTypeOf(error) === 'timeout'
          ? new AppError('timeout', { detail: `${name} took too long`, cause: error })
          : new AppError('unavailable', {
              detail: `${name} is away`,
              retryAfterSeconds: 5,
              cause: error,
            });
      } finally {
        inHand -= 1;
      }
    },
  };
}
