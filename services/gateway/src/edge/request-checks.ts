import type { IncomingMessage } from 'node:http';
import type { Operation } from '@bramble/contracts/operation';
import { AppError } from '@bramble/service-kit/base/errors';
import { checkBodyHeaders, jsonLimitOf } from '@bramble/service-kit/http/body';
import { ourCookieNames, parseCookies } from '@bramble/service-kit/http/cookies';
import { counter, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { bearerOf } from '../auth/bearer';
import type { Client } from '../http/client';
import { isUnsafe } from '../http/methods';
import { UPLOAD_LIMIT } from '../proxy/forward';
import { isCrossSite } from './cross-site';

/** The checks of an unsafe request that need neither its body nor a store. They run for unknown paths too. */
export function createRequestChecks(owner: MetricsOwner, corsOrigins: ReadonlySet<string>) {
  const rejected = counter(owner, 'bramble_http_rejected_total');

  /** Throws `cross_site` for a request that another site sent. */
  function checkOrigin(req: IncomingMessage, operation: Operation | undefined, client: Client): void {
    if (!isUnsafe(req.method) || operation?.signedBy) return;
    const cookies = Object.keys(parseCookies(req.headers.cookie)).some((name) =>
      ourCookieNames.includes(name),
    );
    const crossSite = isCrossSite({
      headers: req.headers,
      ownOrigin: client.origin,
      allowed: corsOrigins,
      cookies,
      bearer: bearerOf(req.headers) !== undefined,
    });
    if (!crossSite) return;
    rejected.inc({ reason: 'origin' });
    throw new AppError('cross_site');
  }

  /** Throws `body_too_large` or `unsupported_media_type` from the headers alone. */
  function checkBody(req: IncomingMessage, operation: Operation | undefined): void {
    if (!isUnsafe(req.method)) return;
    const upload = { limit: UPLOAD_LIMIT, type: 'multipart/form-data' };
    try {
      checkBodyHeaders(req, operation?.multipart ? upload : { limit: jsonLimitOf(operation ?? {}) });
    } catch (error) {
      if (error instanceof AppError && error.code === 'body_too_large') rejected.inc({ reason: 'body_size' });
      throw error;
    }
  }

  return { checkOrigin, checkBody };
}
