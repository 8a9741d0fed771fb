import type { IncomingHttpHeaders } from 'node:http';
import type { CookieName } from '@bramble/contracts/operation';
import { cookieName, parseCookies } from '@bramble/service-kit/http/cookies';

/** What of a request a service gets to see. All else, above all identity and forwarding headers, is made anew. */
const requestHeaders = [
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

/** What of an answer a browser gets to see. */
const answerHeaders = [
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
] as const;

/** Our own cookies that a service reads: the refresh token only where it is exchanged, the access token nowhere. */
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

/** Copies what may pass of a request's headers. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of requestHeaders) {
    const value = headers[name];
    if (typeof value === 'string') forwarded[name] = value;
  }
  return forwarded;
}

/** Copies what may pass of an answer's headers. */
export function answeredHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const answered: Record<string, string | string[]> = {};
  for (const name of answerHeaders) {
    const value = headers[name];
    if (value !== undefined) answered[name] = value;
  }
  return answered;
}
