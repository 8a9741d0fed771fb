import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACCESS_TOKEN_SECONDS } from '@bramble/contracts/sessions';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { clearCookie, setCookie } from '@bramble/service-kit/http/cookies';
import { REFRESH_TOKEN_SECONDS } from './refresh-token';
import type { Tokens } from './session.service';
import type { SignInPlace } from './sign-in-place';

/** Sets the session's cookies. */
export function setSessionCookies(res: ServerResponse, tokens: Tokens, secure: boolean): void {
  setAccessCookie(res, tokens.accessToken, secure);
  setCookie(res, 'refresh', tokens.refreshToken, { secure, maxAgeSeconds: REFRESH_TOKEN_SECONDS });
}

/** Sets the cookie of a new access token. */
export const setAccessCookie = (res: ServerResponse, accessToken: string, secure: boolean): void =>
  setCookie(res, 'access', accessToken, { secure, maxAgeSeconds: ACCESS_TOKEN_SECONDS });

/** Clears the session's cookies. */
export function clearSessionCookies(res: ServerResponse, secure: boolean): void {
  clearCookie(res, 'access', secure);
  clearCookie(res, 'refresh', secure);
}

const MAX_DEVICE = 200;

/** The device and the address that a sign-in comes from. */
export const signInPlace = (req: IncomingMessage): SignInPlace => ({
  device: req.headers['user-agent']?.slice(0, MAX_DEVICE) ?? null,
  place: clientAddress(req),
});
