import { z } from 'zod';
import { idSchema } from './page';
import { roleSchema } from './users';

/** Who signs access tokens, and for whom. */
export const tokenIssuer = 'bramble';
export const tokenAudience = 'bramble-api';
/** `typ` of an access token's header (RFC 9068): no other signed thing can pass for one. */
export const accessTokenType = 'at+jwt';
/** Life of an access token. */
export const ACCESS_TOKEN_SECONDS = 600;

/**
 * The claims of an access token. `sid` is the session; `ver` is the account's version: raising it ends every access
 * token with a lower one. Times are seconds since 1970.
 */
export const accessClaimsSchema = z.object({
  sub: idSchema,
  sid: idSchema,
  roles: z.array(roleSchema),
  ver: z.int().min(1),
  iat: z.number(),
  exp: z.number(),
});
export type AccessClaims = z.infer<typeof accessClaimsSchema>;

/**
 * The denylist in Redis (role events). Written by users after the commit that ends a session, read by the gateway and
 * by sockets. Keys live as long as an access token can. Without `denylistReady` the list is not filled (Redis is new
 * or lost its data): then only users knows.
 */
export const denylistReady = 'denylist:ready';
/** Present when the session has ended. */
export const sessionEndedKey = (sessionId: string): string => `denylist:session:${sessionId}`;
/** The lowest `ver` that is still good for this account; absent when all are. */
export const accountVersionKey = (userId: string): string => `denylist:account:${userId}`;

/** Pub/sub channel on which users tells of ended sessions, so that sockets close. Without `sessionId` all of them ended. */
export const sessionsEndedChannel = 'sessions:ended';
export const sessionsEndedSchema = z.object({ userId: idSchema, sessionId: idSchema.optional() });
export type SessionsEnded = z.infer<typeof sessionsEndedSchema>;
