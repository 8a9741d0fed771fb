import type { IncomingHttpHeaders } from 'node:http';
import type { CookieName } from '@bramble/contracts/operation';
import { cookieName, parseCookies } from '@bramble/service-kit/http/cookies';

/**
 * The request headers that are forwarded to a service. Identity and forwarding headers are set anew; all others are
 * dropped.
 */
const forwardedRequestHeaders = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'user-agent',
  'traceparent',
  'tracestate',
  'stripe-signature',
] as const;

/** The response headers that are forwarded to the client. */
const forwardedResponseHeaders = [
  'content-type',
  'cache-control',
  'etag',
  'last-modified',
  'location',
  'content-disposition',
  'content-language',
  'retry-after',
  'allow',
  'vary',
  'set-cookie',
  'ratelimit',
  'ratelimit-policy',
  'x-next-cursor',
] as const;

/**
 * The shop's cookies that are forwarded to an operation: those that it declares. The access token is never forwarded.
 */
export function cookiesFor(
  header: string | undefined,
  names: readonly CookieName[],
  secure: boolean,
): string | undefined {
  if (header === undefined || names.length === 0) return undefined;
  const cookies = parseCookies(header);
  const kept = names
    .map((name) => cookieName(name, secure))
    .flatMap((name) => {
      const value = cookies[name];
      return value === undefined || !/^[\x21-\x3a\x3c-\x7e]*$/.test(value) ? [] : [`${name}=${value}`];
    });
  return kept.length === 0 ? undefined : kept.join('; ');
}

/** Copies the forwarded headers of a request. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of forwardedRequestHeaders) {
    const value = headers[name];
    if (typeof value === 'string') forwarded[name] = value;
  }
  return forwarded;
}

/** Copies the forwarded headers of an answer. */
export function answeredHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const answered: Record<string, string | string[]> = {};
  for (const name of forwardedResponseHeaders) {
    const value = headers[name];
    if (value !== undefined) answered[name] = value;
  }
  return answered;
}
