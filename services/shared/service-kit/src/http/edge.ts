import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { correlationIdFrom, type RequestContext, withContext } from '../base/request-context';
import { type Logger, traceFields } from '../observe/logger';
import { gauge, histogram, type Metrics } from '../observe/metrics';
import type { Tracing } from '../observe/tracing/tracing';
import type { EarlyHandler } from '../runtime/service';
import { refuseTinyPieces } from './tiny-pieces';

export interface HttpEdgeOptions {
  log: Logger;
  metrics: Metrics;
  tracing: Tracing | undefined;
  early: readonly EarlyHandler[];
  notReady: () => Promise<string | undefined>;
  /** False for a service with outside clients: its readiness is at the ops port alone. */
  answersReady: boolean;
  draining: () => boolean;
  app: RequestListener;
}

/** The template of the matched route, such as `/api/orders/{id}`; metrics never contain raw paths. */
const routeOf = new WeakMap<ServerResponse, string>();
export const setRoute = (res: ServerResponse, template: string): void => void routeOf.set(res, template);

/**
 * Answers that are logged at debug level. One kind is a 5xx that the contract lists, such as the health answer of a shop
 * that is not open yet, since no request failed. The other is the answer to a poll, since there are so many of them.
 */
const quiet = new WeakSet<ServerResponse>();
export const setQuiet = (res: ServerResponse): void => void quiet.add(res);

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The readiness probe, without a token: 204 when the service is ready, 503 otherwise. */
export const READY_PATH = '/internal/ready';

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Runs before the framework: correlation id, early answers, readiness probe, access log and request metrics. */
export function createHttpEdge({
  log,
  metrics,
  tracing,
  early,
  notReady,
  answersReady,
  draining,
  app,
}: HttpEdgeOptions): RequestListener {
  const duration = histogram({ metrics }, 'http_server_request_duration_seconds');
  const active = gauge({ metrics }, 'http_server_active_requests');
  active.set({}, 0);

  return (req, res) => {
    if (draining()) res.setHeader('connection', 'close');
    if (answersReady && req.url === READY_PATH) {
      void notReady().then((reason) => res.writeHead(reason === undefined ? 204 : 503).end());
      return;
    }
    if (hasBody(req)) refuseTinyPieces(req);
    const startedAt = performance.now();
    const correlationId = correlationIdFrom(req.headers['x-correlation-id']);
    res.setHeader('x-correlation-id', correlationId);
    for (const handler of early) if (handler(req, res)) return;

    const given = req.headers['traceparent'];
    const above = typeof given === 'string' ? given : '';
    const span = tracing?.start({ name: req.method ?? '', kind: 'server', parent: above });
    // A forwarded request carries this span as its parent.
    if (span) req.headers['traceparent'] = span.traceparent;
    const context: RequestContext = { correlationId, traceparent: span?.traceparent ?? above };
    active.inc({});
    res.once('close', () => {
      active.dec({});
      const seconds = (performance.now() - startedAt) / 1000;
      const method = methods.has(req.method ?? '') ? (req.method ?? '') : '_other';
      const route = routeOf.get(res) ?? '_unmatched';
      duration.observe(
        { http_request_method: method, http_route: route, http_response_status_code: String(res.statusCode) },
        seconds,
      );
      span?.end({
        name: `${method} ${route}`,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'http.response.status_code': res.statusCode,
          'bramble.correlation_id': correlationId,
        },
        error: res.statusCode >= 500 ? String(res.statusCode) : undefined,
      });
      if (log.isLevelEnabled('info')) {
        const line = {
          http_request_method: method,
          http_route: route,
          http_response_status_code: res.statusCode,
          duration_ms: Math.round(seconds * 1000),
          correlation_id: correlationId,
          ...traceFields(context.traceparent),
        };
        if (quiet.has(res)) log.debug(line, 'request');
        else if (res.statusCode >= 500) log.error(line, 'request failed');
        else log.info(line, 'request');
      }
    });
    withContext(context, () => {
      app(req, res);
    });
  };
}
