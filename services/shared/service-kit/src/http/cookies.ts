import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Cookies, parseCookie, stringifySetCookie } from 'cookie';
import { type CookieName, cookieNames } from '@bramble/contracts/operation';

/** `__Host-` binds a cookie to this very host over https; browsers refuse it over http, so plain names serve there. */
export const cookieName = (name: CookieName, secure: boolean): string =>
  `${secure ? '__Host-' : ''}bramble_${name}`;

/** All names under which one of our cookies may come. */
export const ourCookieNames: readonly string[] = cookieNames.flatMap((name) => [
  cookieName(name, true),
  cookieName(name, false),
]);

/** The pairs of a Cookie header, values as they were sent; of a name sent twice the first counts. */
export const parseCookies = (header: string | undefined): Cookies =>
  parseCookie(header ?? '', { decode: (value) => value });

/** One of our cookies; over https only the `__Host-` one counts, which no other host could have set. */
export const readCookie = (req: IncomingMessage, name: CookieName, secure: boolean): string | undefined =>
  parseCookies(req.headers.cookie)[cookieName(name, secure)];

function append(res: ServerResponse, cookie: string): void {
  const before = res.getHeader('set-cookie');
  res.setHeader('set-cookie', [
    ...(Array.isArray(before) ? before : before === undefined ? [] : [String(before)]),
    cookie,
  ]);
}

/** Sets one of our cookies: HttpOnly, SameSite=Strict, whole site. `value` is URL-encoded, which leaves tokens and ids as they are. */
export function setCookie(
  res: ServerResponse,
  name: CookieName,
  value: string,
  { secure, maxAgeSeconds }: { secure: boolean; maxAgeSeconds: number },
): void {
  append(
    res,
    stringifySetCookie({
      name: cookieName(name, secure),
      value,
      maxAge: Math.floor(maxAgeSeconds),
      path: '/',
      httpOnly: true,
      secure,
      sameSite: 'strict',
    }),
  );
}

/** Removes one of our cookies. */
export const clearCookie = (res: ServerResponse, name: CookieName, secure: boolean): void =>
  setCookie(res, name, '', { secure, maxAgeSeconds: 0 });
