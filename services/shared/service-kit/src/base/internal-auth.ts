import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from './actor';
import { callKey } from './internal-keys';
import { createAgeCheck, LIFE_SECONDS, type Stamp } from './token-age';

export const internalTokenHeader = 'x-internal-token';
/** Names this process in its tokens, so that receivers can compare their ages. */
const FROM = randomBytes(8).toString('base64url');
const isYoung = createAgeCheck();
const runningSeconds = (): number => performance.now() / 1_000;

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
  from: z.string().optional(),
  up: z.number().optional(),
});
export type InternalClaims = Omit<z.infer<typeof claimsSchema>, 'aud' | keyof Stamp>;

type Kind = InternalClaims['kind'];
const headerOf = (kid: Kind) =>
  Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid })).toString('base64url');
/** The only headers that are signed and accepted, so that a token cannot choose its algorithm; `kid` is its kind. */
const HEADERS = { user: headerOf('user'), service: headerOf('service'), job: headerOf('job') };
const kindOf = new Map(Object.entries(HEADERS).map(([kind, header]) => [header, kind as Kind]));
const MAX_LENGTH = 4096;

const mac = (key: string, text: string): Buffer =>
  Buffer.from(createHmac('sha256', key).update(text).digest('base64url'));

/**
 * Signs the internal token for the service `audience`: a JWT (HS256) that is valid for 60 s. `key` is the key of calls
 * to that service by callers of this kind (`callKey`).
 */
export function signInternalToken(key: string, audience: string, claims: InternalClaims): string {
  const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
  const stamp: Stamp = { exp, from: FROM, up: Math.floor(runningSeconds()) };
  const payload = Buffer.from(JSON.stringify({ ...claims, aud: audience, ...stamp })).toString('base64url');
  const text = `${HEADERS[claims.kind]}.${payload}`;
  return `${text}.${mac(key, text).toString()}`;
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
  key: string,
  { audience, kind, name, as, correlationId }: Sender,
): Record<'x-internal-token' | 'x-correlation-id', string> => ({
  [internalTokenHeader]: signInternalToken(key, audience, {
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

/**
 * The claims of a valid, unexpired token for `audience`; undefined otherwise. `ownKey` is the key of that service. The
 * token is of the kind whose key signed it, and a job acts for nobody.
 */
export function verifyInternalToken(
  ownKey: string,
  audience: string,
  token: string,
): InternalClaims | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const end = token.lastIndexOf('.');
  const text = token.slice(0, Math.max(0, end));
  const header = text.slice(0, Math.max(0, text.indexOf('.')));
  const kind = kindOf.get(header);
  if (kind === undefined) return undefined;
  const given = Buffer.from(token.slice(end + 1));
  const wanted = mac(callKey(ownKey, audience, kind), text);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  try {
    const payload = Buffer.from(text.slice(header.length + 1), 'base64url').toString('utf8');
    const { aud, exp, from, up, ...claims } = claimsSchema.parse(JSON.parse(payload));
    if (aud !== audience || claims.kind !== kind) return undefined;
    if (kind === 'job' && (claims.sub !== null || claims.roles.length > 0)) return undefined;
    const clocks = { day: Date.now() / 1_000, running: runningSeconds() };
    return isYoung({ exp, from, up }, clocks) ? claims : undefined;
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
