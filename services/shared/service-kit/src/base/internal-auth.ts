import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from './actor';

export const internalTokenHeader = 'x-internal-token';
/** Long enough for a slow request, short enough to be worthless when found in a log. */
const LIFE_SECONDS = 60;

const claimsSchema = z.object({
  sub: z.string().nullable(),
  roles: z.array(z.enum(['customer', 'seller', 'courier', 'admin'])),
  sid: z.string().optional(),
  kind: z.enum(['user', 'service', 'job']),
  name: z.string().optional(),
  secure: z.boolean(),
  cid: z.string(),
  exp: z.number(),
});
export type InternalClaims = Omit<z.infer<typeof claimsSchema>, 'exp'>;

const mac = (key: string, text: string) => createHmac('sha256', key).update(text).digest();

/** Signs what gateway, jobs and services say to each other: `<claims>.<HMAC-SHA256>` in base64url, valid for 60 s. */
export function signInternalToken(key: string, claims: InternalClaims): string {
  const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
  const body = Buffer.from(JSON.stringify({ ...claims, exp })).toString('base64url');
  return `${body}.${mac(key, body).toString('base64url')}`;
}

/** The claims of a genuine token that has not expired, else undefined. */
export function verifyInternalToken(key: string, token: string): InternalClaims | undefined {
  const dot = token.indexOf('.');
  if (dot < 1 || token.length > 4096) return undefined;
  const body = token.slice(0, dot);
  const given = Buffer.from(token.slice(dot + 1), 'base64url');
  const wanted = mac(key, body);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  try {
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return claims.exp > Date.now() / 1000 ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The actor that a token's claims speak for. */
export const actorOf = (claims: InternalClaims): Actor => ({
  userId: claims.sub,
  roles: claims.roles,
  ...(claims.sid === undefined ? {} : { sessionId: claims.sid }),
  kind: claims.kind,
  secure: claims.secure,
});
