import type { IncomingHttpHeaders } from 'node:http';

export interface CrossSiteQuestion {
  headers: IncomingHttpHeaders;
  /** The origin of the shop as the browser sees it. */
  ownOrigin: string;
  allowed: ReadonlySet<string>;
  /** Is one of our cookies sent? */
  cookies: boolean;
  bearer: boolean;
}

/** A default port names the same origin as none. */
const normal = (origin: string) =>
  origin.replace(/^(http:\/\/.*):80$/, '$1').replace(/^(https:\/\/.*):443$/, '$1');

/**
 * Whether an unsafe request comes from another site. Origin must be our own or allowed; Sec-Fetch-Site must be
 * same-origin or none unless the origin is allowed. A client that sends neither is no browser of today: it may not use
 * our cookies, but a bearer token or no credentials at all.
 */
export function isCrossSite({ headers, ownOrigin, allowed, cookies, bearer }: CrossSiteQuestion): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const originAllowed = origin !== undefined && allowed.has(origin);
  if (origin !== undefined && !originAllowed && normal(origin) !== normal(ownOrigin)) return true;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !originAllowed) return true;
  return origin === undefined && site === undefined && cookies && !bearer;
}
