import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Operation } from '@bramble/contracts/operation';
import { AppError } from '@bramble/service-kit/base/errors';
import { currentContext } from '@bramble/service-kit/base/request-context';
import { readCookie } from '@bramble/service-kit/http/cookies';
import { setRoute } from '@bramble/service-kit/http/edge';
import { problemOf, sendProblem } from '@bramble/service-kit/http/problem';
import { counter } from '@bramble/service-kit/observe/metrics';
import type { Telemetry } from '@bramble/service-kit/observe/telemetry';
import type { Authenticate } from '../auth/authenticate';
import { bearerOf } from '../auth/bearer';
import type { Client } from '../http/client';
import { isReservedPath, isUnambiguousPath, pathWithoutQuery } from '../http/paths';
import { securityHeaders } from '../http/security-headers';
import { limitClassOf } from '../limits/limit-class';
import type { RateLimits } from '../limits/rate-limits';
import { type Matched, methodsOf } from '../proxy/operations';
import { allowOrigin, answerPreflight } from './cors';
import { discardBody } from './discard-body';
import type { Dispatch } from './dispatch';
import { createRequestChecks } from './request-checks';

export interface EdgeParts {
  telemetry: Telemetry;
  clientOf: (req: IncomingMessage) => Client;
  corsOrigins: ReadonlySet<string>;
  secureAlways: boolean;
  match: (method: string, path: string) => Matched | undefined;
  authenticate: Authenticate;
  limits: RateLimits;
  dispatch: Dispatch;
  /** Answers every path that is not reserved; undefined without a storefront. */
  storefront: ((req: IncomingMessage, res: ServerResponse, path: string) => Promise<void>) | undefined;
}

const wantsPage = (req: IncomingMessage) =>
  (req.method === 'GET' || req.method === 'HEAD') && (req.headers.accept ?? '').includes('text/html');

/** True when the session is checked: not for public answers, nor for sign-in and sign-up routes. */
export const checksSession = ({ anonymous, shared }: Operation): boolean =>
  !anonymous && shared === undefined;

/**
 * The checks that a request passes before it is forwarded, in the contract's order: limits (429), cross-site (403),
 * size and type of the body (413, 415), unknown path (404), session (401).
 */
export function createEdge(parts: EdgeParts): RequestListener {
  const { telemetry, limits, storefront } = parts;
  const { checkOrigin, checkBody } = createRequestChecks(telemetry, parts.corsOrigins);
  const rejected = counter(telemetry, 'bramble_http_rejected_total');

  /** Answers OPTIONS, and 405 for a path that has other methods. Returns false for all other requests. */
  function answerOtherMethod(req: IncomingMessage, res: ServerResponse, path: string): boolean {
    const allowed = methodsOf(parts.match, path);
    if (req.method === 'OPTIONS') {
      answerPreflight(req, res, parts.corsOrigins, allowed);
      return true;
    }
    if (allowed.length > 0)
      throw new AppError('method_not_allowed', { headers: { allow: allowed.join(', ') } });
    return false;
  }

  async function claimsOf(req: IncomingMessage, operation: Operation, secure: boolean) {
    if (!checksSession(operation)) return undefined;
    const token = bearerOf(req.headers) ?? readCookie(req, 'access', secure);
    const claims = token === undefined ? undefined : await parts.authenticate(token);
    if (!claims && operation.access !== 'anyone') throw new AppError('unauthenticated');
    return claims;
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathWithoutQuery(req.url ?? '/');
    const method = req.method ?? 'GET';
    const client = parts.clientOf(req);
    const secure = client.secure || parts.secureAlways;
    const matched = parts.match(method, path);
    const operation = matched?.operation;
    const page = storefront !== undefined && !isReservedPath(path) && (!matched || wantsPage(req));
    const headers = securityHeaders(
      page || operation?.produces === 'text/html' ? 'page' : 'data',
      client.secure,
    );
    for (let at = 0; at < headers.length; at += 2) res.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
    allowOrigin(req, res, parts.corsOrigins);
    if (!isUnambiguousPath(path)) throw new AppError('not_found');

    if (matched) setRoute(res, matched.template);
    const limitClass = limitClassOf(method, operation);
    await limits.byAddress(limitClass, client.address, res);
    if (page) {
      setRoute(res, 'storefront');
      return storefront(req, res, path);
    }
    if (!matched && answerOtherMethod(req, res, path)) return;
    checkOrigin(req, operation, client);
    checkBody(req, operation);
    if (!matched) throw new AppError('not_found');

    const claims = await claimsOf(req, matched.operation, secure);
    if (claims) await limits.byAccount(limitClass, claims.sub, res);
    await parts.dispatch(req, res, matched, { address: client.address, secure, claims });
  }

  return (req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (res.destroyed) return;
      const problem = problemOf(error);
      if (problem !== error || problem.code === 'internal')
        telemetry.log.error({ err: error }, 'a request failed unexpectedly');
      if (problem.code === 'request_timeout') rejected.inc({ reason: 'timeout' });
      sendProblem(res, problem, currentContext().correlationId);
      discardBody(req);
    });
  };
}
