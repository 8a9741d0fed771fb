import type { IncomingHttpHeaders } from 'node:http';

export interface CrossSiteCheck {
  headers: IncomingHttpHeaders;
  /** The shop's origin as the browser sees it. */
  ownOrigin: string;
  allowed: ReadonlySet<string>;
  /** True when the request carries one of our cookies. */
  cookies: boolean;
  bearer: boolean;
}

/** Removes a default port, which names the same origin as no port. */
const withoutDefaultPort = (origin: string) =>
  origin.replace(/^(http:\/\/.*):80$/, '$1').replace(/^(https:\/\/.*):443$/, '$1');

/**
 * True when another site sent this unsafe request. Origin must be our own or allowed; Sec-Fetch-Site must be
 * same-origin or none unless the origin is allowed. A client that sends neither header is not a current browser: it may
 * use a bearer token or no credentials, but not our cookies.
 */
export function isCrossSite({ headers, ownOrigin, allowed, cookies, bearer }: CrossSiteCheck): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const originAllowed = origin !== undefined && allowed.has(origin);
  if (origin !== undefined && !originAllowed && withoutDefaultPort(origin) !== withoutDefaultPort(ownOrigin))
    return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !originAllowed) return true;
  return origin === undefined && site === undefined && cookies && !bearer;
}
