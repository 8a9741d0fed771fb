import type { ServerResponse } from 'node:http';
import { clearCookie, setCookie } from '@bramble/service-kit/http/cookies';
import { REFRESH_TOKEN_SECONDS } from './refresh-token';
import type { Tokens } from './session.service';

/** Gives a browser its session. */
export function setSessionCookies(res: ServerResponse, tokens: Tokens, secure: boolean): void {
  setCookie(res, 'access', tokens.accessToken, { secure, maxAgeSeconds: tokens.expiresIn });
  setCookie(res, 'refresh', tokens.refreshToken, { secure, maxAgeSeconds: REFRESH_TOKEN_SECONDS });
}

/** Takes it away. */
export function clearSessionCookies(res: ServerResponse, secure: boolean): void {
  clearCookie(res, 'access', secure);
  clearCookie(res, 'refresh', secure);
}
