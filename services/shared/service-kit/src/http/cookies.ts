import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Cookies, parseCookie, stringifySetCookie } from 'cookie';
import { type CookieName, cookieNames } from '@bramble/contracts/operation';

/**
 * The prefix `__Host-` binds a cookie to this host over https. Browsers refuse the prefix over http, so plain names are
 * used there.
 */
export const cookieName = (name: CookieName, secure: boolean): string =>
  `${secure ? '__Host-' : ''}bramble_${name}`;

/** All names that the shop's cookies may have. */
export const ourCookieNames: readonly string[] = cookieNames.flatMap((name) => [
  cookieName(name, true),
  cookieName(name, false),
]);

/** The pairs of a Cookie header with raw values; of a repeated name the first one counts. */
export const parseCookies = (header: string | undefined): Cookies =>
  parseCookie(header ?? '', { decode: (value) => value });

/** The value of one of the shop's cookies. Over https only the `__Host-` cookie counts, which no other host can set. */
export const readCookie = (req: IncomingMessage, name: CookieName, secure: boolean): string | undefined =>
  parseCookies(req.headers.cookie)[cookieName(name, secure)];

function append(res: ServerResponse, cookie: string): void {
  const before = res.getHeader('set-cookie');
  res.setHeader('set-cookie', [
    ...(Array.isArray(before) ? before : before === undefined ? [] : [String(before)]),
    cookie,
  ]);
}

/**
 * Sets one of the shop's cookies: HttpOnly, SameSite=Strict, for all paths. `value` is URL-encoded, which leaves tokens
 * and ids unchanged.
 */
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

/** Clears one of the shop's cookies. */
export const clearCookie = (res: ServerResponse, name: CookieName, secure: boolean): void =>
  setCookie(res, name, '', { secure, maxAgeSeconds: 0 });
