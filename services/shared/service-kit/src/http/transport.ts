import { Pool } from 'undici';
import { AppError } from '../base/errors';
import { currentContext } from '../base/request-context';
import { counter, histogram } from '../observe/metrics';
import { pause } from '../runtime/clock';
import type { Service } from '../runtime/service';
import { openBreaker } from './breaker';
import {
  BodyBrokeOff,
  type BufferedAnswer,
  type BufferedRequest,
  exchange,
  type UpstreamAnswer,
  type UpstreamRequest,
} from './exchange';
import { createRetryBudget } from './retry-budget';

export interface Transport {
  readonly name: string;
  /**
   * Throws AppError `unavailable` or `timeout` when there is no answer, and the AppError by which a body that is a stream
   * ended. Any answer, also a 500, is an answer.
   */
  send(request: BufferedRequest): Promise<BufferedAnswer>;
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

/** Bulkhead: the most concurrent requests to one service; most of them wait for a connection. */
const MAX_IN_FLIGHT = 2_000;
const CONNECTIONS = 64;
/**
 * Password hashes and uploads have connections of their own, so that no number of them keeps other requests waiting. They
 * serve whoever asks first, so a caller that sends for many clients lets more than these wait in a fair queue.
 */
export const SLOW_CONNECTIONS = 32;

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
 * Sends requests to one other process: keep-alive connections, a client span and `traceparent`, a breaker that opens
 * when half of at least five requests in 10 s got no answer and lets one through after 5 s, a bulkhead, and one retry
 * with jitter where it is safe and the retry budget allows it.
 */
export function createTransport(service: Service, { name, url }: { name: string; url: string }): Transport {
  const openPool = (connections: number) =>
    new Pool(new URL(url).origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: 900 },
    });
  const pool = openPool(CONNECTIONS);
  const slowPool = openPool(SLOW_CONNECTIONS);
  const duration = histogram(service, 'http_client_request_duration_seconds');
  const rejected = counter(service, 'bramble_http_rejected_total');
  const budget = createRetryBudget();
  let inFlight = 0;

  async function sendOnce(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { method, template } = request;
    const startedAt = performance.now();
    const { traceparent } = currentContext();
    const span = service.tracing?.start({
      name: template === undefined ? method : `${method} ${template}`,
      kind: 'client',
      parent: traceparent,
      attributes: { 'http.request.method': method, 'server.address': name },
    });
    const childTraceparent = span?.traceparent ?? traceparent;
    const headers =
      childTraceparent === '' ? request.headers : { ...request.headers, traceparent: childTraceparent };
    let status: number | undefined;
    let errorType = '';
    try {
      const answer = await exchange(request.slow ? slowPool : pool, { ...request, headers });
      status = answer.status;
      if (status >= 500) errorType = '5xx';
      return answer;
    } catch (error) {
      errorType = errorTypeOf(error);
      throw error;
    } finally {
      span?.end({
        attributes: status === undefined ? {} : { 'http.response.status_code': status },
        error: errorType || undefined,
      });
      duration.observe(
        { server_address: name, error_type: errorType },
        (performance.now() - startedAt) / 1000,
      );
    }
  }

  const breaker = openBreaker(
    service,
    {
      name,
      volumeThreshold: 5,
      // A caller that went away, or whose body broke off, says nothing about the service.
      ignores: (error) =>
        error instanceof BodyBrokeOff || (error instanceof Error && error.name === 'AbortError'),
    },
    sendOnce,
  );
  service.onStop(`${name} upstream`, async () => {
    await Promise.all([pool.destroy(), slowPool.destroy()]);
  });

  function repeatable({ method, body, signal }: UpstreamRequest, error: unknown): boolean {
    const isStream = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
    if (breaker.opened || signal?.aborted || isStream) return false;
    if (neverSent(error)) return true;
    return (method === 'GET' || method === 'HEAD') && errorTypeOf(error) === 'reset';
  }

  function send(request: BufferedRequest): Promise<BufferedAnswer>;
  function send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  async function send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    if (inFlight >= MAX_IN_FLIGHT) {
      rejected.inc({ reason: 'overload' });
      throw new AppError('unavailable', {
        detail: `${name} is overloaded`,
        retryAfterSeconds: 1,
      });
    }
    inFlight += 1;
    budget.onRequest();
    try {
      return await breaker.fire(request).catch(async (error: unknown) => {
        if (!repeatable(request, error) || !budget.spend()) throw error;
        await pause(20 + Math.random() * 80);
        return breaker.fire(request);
      });
    } catch (error) {
      if (error instanceof BodyBrokeOff && error.cause instanceof AppError) throw error.cause;
      throw errorTypeOf(error) === 'timeout'
        ? new AppError('timeout', { detail: `${name} did not answer in time`, cause: error })
        : new AppError('unavailable', {
            detail: `${name} is not reachable`,
            retryAfterSeconds: 5,
            cause: error,
          });
    } finally {
      inFlight -= 1;
    }
  }

  return { name, send };
}
