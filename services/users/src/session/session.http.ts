import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ACCESS_TOKEN_SECONDS } from '@bramble/contracts/sessions';
import { clearCookie, setCookie } from '@bramble/service-kit/http/cookies';
import { REFRESH_TOKEN_SECONDS } from './refresh-token';
import type { Tokens } from './session.service';

/** Where the request came from, as the gateway says; it reaches us only with the gateway's signed token. */
export function clientAddress(req: IncomingMessage): string {
  const given = req.headers['x-client-address'];
  return typeof given === 'string' && isIP(given.replace(/\/56$/, '')) !== 0 ? given : 'unknown';
}

/** Gives a browser its session. */
export function setSessionCookies(res: ServerResponse, tokens: Tokens, secure: boolean): void {
  setAccessCookie(res, tokens.accessToken, secure);
  setCookie(res, 'refresh', tokens.refreshToken, { secure, maxAgeSeconds: REFRESH_TOKEN_SECONDS });
}

/** Gives a browser a new access token for the session that it has. */
export const setAccessCookie = (res: ServerResponse, accessToken: string, secure: boolean): void =>
  setCookie(res, 'access', accessToken, { secure, maxAgeSeconds: ACCESS_TOKEN_SECONDS });

/** Takes a browser's session away. */
export function clearSessionCookies(res: ServerResponse, secure: boolean): void {
  clearCookie(res, 'access', secure);
  clearCookie(res, 'refresh', secure);
}
