import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@bramble/service-kit/base/errors';

const exposed = 'ETag, X-Correlation-Id, Retry-After, RateLimit, RateLimit-Policy, Location, X-Next-Cursor';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const headers = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Correlation-Id';

/** Allows scripts of an allowed origin to read the answer. */
export function allowOrigin(req: IncomingMessage, res: ServerResponse, allowed: ReadonlySet<string>): void {
  if (allowed.size === 0) return;
  const { origin } = req.headers;
  res.setHeader('vary', 'Origin');
  if (origin === undefined || !allowed.has(origin)) return;
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-allow-credentials', 'true');
  res.setHeader('access-control-expose-headers', exposed);
}

/** Answers OPTIONS: a CORS preflight for an allowed origin, otherwise the methods of the path. */
export function answerPreflight(
  req: IncomingMessage,
  res: ServerResponse,
  allowed: ReadonlySet<string>,
  pathMethods: readonly string[],
): void {
  const { origin } = req.headers;
  const isPreflight = req.headers['access-control-request-method'] !== undefined;
  if (isPreflight && (origin === undefined || !allowed.has(origin))) throw new AppError('cross_site');
  if (isPreflight) {
    res.setHeader('access-control-allow-methods', methods);
    res.setHeader('access-control-allow-headers', headers);
    res.setHeader('access-control-max-age', '600');
  } else if (pathMethods.length === 0) throw new AppError('not_found');
  else res.setHeader('allow', pathMethods.join(', '));
  res.writeHead(204).end();
}
