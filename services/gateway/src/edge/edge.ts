import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { checkBodyHeaders } from '@bramble/service-kit/http/body';
import { ourCookieNames, parseCookies, readCookie } from '@bramble/service-kit/http/cookies';
import type { Service } from '@bramble/service-kit/runtime/service';
import { AppError } from '@bramble/service-kit/base/errors';
import { setRoute } from '@bramble/service-kit/http/edge';
import { sendProblem } from '@bramble/service-kit/http/problem';
import { internalTokenHeader } from '@bramble/service-kit/base/internal-auth';
import { counter } from '@bramble/service-kit/observe/metrics';
import { currentContext } from '@bramble/service-kit/base/request-context';
import type { Authenticate } from '../auth/authenticate';
import { limitClassOf } from '../limits/limit-class';
import { isPublicAddress, type PublicAnswers } from '../cache/public-answers';
import type { RateLimits } from '../limits/rate-limits';
import { callerToken, UPLOAD_LIMIT, writeAnswer, type Caller, type createForward } from '../proxy/forward';
import { methodsOf, type Matched } from '../proxy/operations';
import { upstreamFor, type UpstreamName } from '../proxy/routing';
import type { Upstreams } from '../proxy/upstream';
import type { Client } from '../http/client';
import { allowOrigin, answerPreflight } from './cors';
import { isCrossSite, isUnsafe } from './cross-site';
import { discardBody } from './discard-body';
import { isPlainPath, pathOf } from '../http/paths';
import { securityHeaders } from '../http/security-headers';

export interface EdgeParts {
  service: Service;
  clientOf: (req: IncomingMessage) => Client;
  corsOrigins: ReadonlySet<string>;
  secureAlways: boolean;
  match: (method: string, path: string) => Matched | undefined;
  authenticate: Authenticate;
  limits: RateLimits;
  upstreams: Upstreams;
  forward: ReturnType<typeof createForward>;
  answers: PublicAnswers;
  /** Answers what is outside /api; undefined without a storefront. */
  storefront:
    ((req: IncomingMessage, res: ServerResponse, path: string, secure: boolean) => Promise<void>) | undefined;
}

export const changesCatalogue = /^\/api\/(?:products|orders)(?:\/|$)/;
export const STRIPE_WEBHOOK = '/api/payments/webhooks/stripe';
const isApi = (path: string) => path === '/api' || path.startsWith('/api/');
const wantsPage = (req: IncomingMessage) =>
  (req.method === 'GET' || req.method === 'HEAD') && (req.headers.accept ?? '').includes('text/html');
const bearerOf = (req: IncomingMessage) =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(req.headers.authorization ?? '')?.[1];

/**
 * Everything a request passes before a service sees it, in the contract's order: limits (429), other sites (403), size
 * and type of the body (413, 415), the session (401). `own` is the gateway's own routes.
 */
export function createEdge(parts: EdgeParts, own: RequestListener): RequestListener {
  const { service, limits } = parts;
  const tokenKey = service.config.INTERNAL_TOKEN_KEY;
  const rejected = counter(service, 'bramble_http_rejected_total');

  const checkOrigin = (req: IncomingMessage, path: string, client: Client, bearer: boolean) => {
    if (!isUnsafe(req.method) || path === STRIPE_WEBHOOK) return;
    const cookies = [...parseCookies(req.headers.cookie).keys()].some((name) =>
      ourCookieNames.includes(name),
    );
    const crossSite = isCrossSite({
      headers: req.headers,
      ownOrigin: client.origin,
      allowed: parts.corsOrigins,
      cookies,
      bearer,
    });
    if (!crossSite) return;
    rejected.inc({ reason: 'origin' });
    throw new AppError('cross_site');
  };

  const checkBody = (req: IncomingMessage, multipart: boolean) => {
    if (!isUnsafe(req.method)) return;
    try {
      checkBodyHeaders(req, multipart ? { limit: UPLOAD_LIMIT, type: 'multipart/form-data' } : {});
    } catch (error) {
      if (error instanceof AppError && error.code === 'body_too_large') {
        rejected.inc({ reason: 'body_size' });
      }
      throw error;
    }
  };

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = req.url ?? '/';
    const path = pathOf(url);
    const client = parts.clientOf(req);
    const secure = client.secure || parts.secureAlways;
    const page = !isApi(path) && parts.storefront !== undefined && (path !== '/' || wantsPage(req));
    const headers = securityHeaders(page || path === '/api/docs' ? 'page' : 'data', client.secure);
    for (let at = 0; at < headers.length; at += 2) res.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
    allowOrigin(req, res, parts.corsOrigins);
    if (!isPlainPath(path)) throw new AppError('not_found');

    const method = req.method ?? 'GET';
    const matched = parts.match(method, path);
    if (matched) setRoute(res, matched.template);
    const limitClass = limitClassOf(method, path);
    await limits.byAddress(limitClass, client.address, res);

    if (page && parts.storefront) {
      setRoute(res, 'storefront');
      return parts.storefront(req, res, path, client.secure);
    }
    if (!matched) {
      const allowed = methodsOf(parts.match, path);
      if (method === 'OPTIONS') return answerPreflight(req, res, parts.corsOrigins, allowed);
      if (allowed.length > 0)
        throw new AppError('method_not_allowed', { headers: { allow: allowed.join(', ') } });
    }

    const bearer = bearerOf(req);
    checkOrigin(req, path, client, bearer !== undefined);
    const multipart = matched?.operation.multipart === true;
    checkBody(req, multipart);

    const name = upstreamFor(path);
    const caller: Caller = { address: client.address, secure, claims: undefined };
    if (!isIdentityFree(name, matched)) {
      const token = bearer ?? readCookie(req, 'access', secure);
      if (token !== undefined) caller.claims = await parts.authenticate(token);
      if (!caller.claims && matched && matched.operation.access !== 'anyone')
        throw new AppError('unauthenticated');
      if (caller.claims) await limits.byAccount(limitClass, caller.claims.sub, res);
    }

    if (name === undefined) {
      req.headers[internalTokenHeader] = callerToken(
        tokenKey,
        service.name,
        caller,
        currentContext().correlationId,
      );
      own(req, res);
      return;
    }
    const upstream = parts.upstreams[name];
    if (!upstream) throw new AppError('unavailable', { detail: `this shop runs without ${name}` });
    if (name === 'catalog' && method === 'GET' && isPublicAddress(url)) {
      writeAnswer(req, res, await parts.answers.get(url, () => parts.forward.everybody(upstream, url)));
      return;
    }
    const answer = await parts.forward.request(req, { name, upstream, path: url, caller, multipart });
    if (isUnsafe(method) && answer.status < 300 && changesCatalogue.test(path)) parts.answers.clear();
    writeAnswer(req, res, answer);
  };

  return (req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (res.destroyed) return;
      const known = error instanceof AppError ? error : new AppError('internal', { cause: error });
      if (known.code === 'internal') service.log.error({ err: error }, 'a request failed unexpectedly');
      if (known.code === 'request_timeout') rejected.inc({ reason: 'timeout' });
      sendProblem(res, known, currentContext().correlationId);
      discardBody(req);
    });
  };
}

/** Public answers that are the same for everybody, and everything by which one gets a session in the first place. */
export const isIdentityFree = (name: UpstreamName | undefined, matched: Matched | undefined) =>
  (name === 'catalog' || name === 'users') && matched?.operation.access === 'anyone';
