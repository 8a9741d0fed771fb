import type { IncomingMessage, ServerResponse } from 'node:http';
import { cookieNames, type CookieName } from '@bramble/contracts/operation';

/** `__Host-` binds a cookie to this very host over https; browsers refuse it over http, so plain names serve there. */
export const cookieName = (name: CookieName, secure: boolean): string =>
  `${secure ? '__Host-' : ''}bramble_${name}`;

/** All names under which one of our cookies may come. */
export const ourCookieNames: readonly string[] = cookieNames.flatMap((name) => [
  cookieName(name, true),
  cookieName(name, false),
]);

/** The pairs of a Cookie header; of a name sent twice the first counts. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals < 1) continue;
    const name = part.slice(0, equals).trim();
    if (!cookies.has(name)) cookies.set(name, part.slice(equals + 1).trim());
  }
  return cookies;
}

/** One of our cookies; over https only the `__Host-` one counts, which no other host could have set. */
export const readCookie = (req: IncomingMessage, name: CookieName, secure: boolean): string | undefined =>
  parseCookies(req.headers.cookie).get(cookieName(name, secure));

const append = (res: ServerResponse, cookie: string) => {
  const before = res.getHeader('set-cookie');
  res.setHeader('set-cookie', [
    ...(Array.isArray(before) ? before : before === undefined ? [] : [String(before)]),
    cookie,
  ]);
};

/** Sets one of our cookies: HttpOnly, SameSite=Strict, whole site. `value` must be free of `;` and spaces. */
export function setCookie(
  res: ServerResponse,
  name: CookieName,
  value: string,
  { secure, maxAgeSeconds }: { secure: boolean; maxAgeSeconds: number },
): void {
  append(
    res,
    `${cookieName(name, secure)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeSeconds)}${secure ? '; Secure' : ''}`,
  );
}

/** Removes one of our cookies. */
export const clearCookie = (res: ServerResponse, name: CookieName, secure: boolean): void =>
  setCookie(res, name, '', { secure, maxAgeSeconds: 0 });
