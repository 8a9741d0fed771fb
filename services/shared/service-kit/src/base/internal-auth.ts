import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from './actor';
import { derivedKey } from './derived-key';

export const internalTokenHeader = 'x-internal-token';
/** Longer than a slow request, and short enough that a token in a log is soon useless. */
const LIFE_SECONDS = 60;
/**
 * Allowed difference between the clocks of two nodes. A board without a battery-backed clock is minutes behind after a
 * power cut, until it reaches a time server; with less leeway every call between its services and others is refused.
 */
const LEEWAY_SECONDS = 900;

const claimsSchema = z.object({
  sub: z.string().nullable(),
  roles: z.array(z.enum(['customer', 'seller', 'courier', 'admin'])),
  sid: z.string().optional(),
  kind: z.enum(['user', 'service', 'job']),
  name: z.string().optional(),
  secure: z.boolean(),
  cid: z.string(),
  aud: z.string(),
  exp: z.number(),
});
export type InternalClaims = Omit<z.infer<typeof claimsSchema>, 'aud' | 'exp'>;

/** The only header that is signed and accepted, so that a token cannot choose its algorithm. */
const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url');
const MAX_LENGTH = 4096;

/** The key of one audience. A service that can forge tokens for itself cannot forge them for another. */
const mac = (secret: string, audience: string, text: string): Buffer =>
  Buffer.from(
    createHmac('sha256', derivedKey(secret, `bramble internal token for ${audience}`))
      .update(text)
      .digest('base64url'),
  );

/**
 * Signs the internal token for the service `audience`: a JWT (HS256) that is valid for 60 s, with a key derived for
 * that audience from `secret` (INTERNAL_TOKEN_KEY).
 */
export function signInternalToken(secret: string, audience: string, claims: InternalClaims): string {
  const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
  const payload = Buffer.from(JSON.stringify({ ...claims, aud: audience, exp })).toString('base64url');
  const text = `${HEADER}.${payload}`;
  return `${text}.${mac(secret, audience, text).toString()}`;
}

/** The caller and the actor of an internal call. */
export interface Sender {
  /** The name of the called service. */
  audience: string;
  kind: Actor['kind'];
  /** The name of the calling service or job; absent when the gateway forwards a user's request. */
  name?: string;
  /** The actor; nobody by default. */
  as?: Pick<Actor, 'userId' | 'roles' | 'sessionId' | 'secure'> | undefined;
  correlationId: string;
}

/** The headers of an internal call: a new internal token and the correlation id. */
export const internalHeaders = (
  secret: string,
  { audience, kind, name, as, correlationId }: Sender,
): Record<'x-internal-token' | 'x-correlation-id', string> => ({
  [internalTokenHeader]: signInternalToken(secret, audience, {
    sub: as?.userId ?? null,
    roles: [...(as?.roles ?? [])],
    ...(as?.sessionId === undefined ? {} : { sid: as.sessionId }),
    kind,
    ...(name === undefined ? {} : { name }),
    secure: as?.secure ?? false,
    cid: correlationId,
  }),
  'x-correlation-id': correlationId,
});

/** The claims of a valid, unexpired token for `audience`; undefined otherwise. */
export function verifyInternalToken(
  secret: string,
  audience: string,
  token: string,
): InternalClaims | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const end = token.lastIndexOf('.');
  const text = token.slice(0, Math.max(0, end));
  const given = Buffer.from(token.slice(end + 1));
  const wanted = mac(secret, audience, text);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  if (!text.startsWith(`${HEADER}.`)) return undefined;
  try {
    const payload = Buffer.from(text.slice(HEADER.length + 1), 'base64url').toString('utf8');
    const { aud, exp, ...claims } = claimsSchema.parse(JSON.parse(payload));
    return aud === audience && exp + LEEWAY_SECONDS > Date.now() / 1000 ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The actor that a token's claims describe. */
export const actorOf = (claims: InternalClaims): Actor => ({
  userId: claims.sub,
  roles: claims.roles,
  ...(claims.sid === undefined ? {} : { sessionId: claims.sid }),
  kind: claims.kind,
  secure: claims.secure,
});
