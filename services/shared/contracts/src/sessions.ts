import { z } from 'zod';
import { idSchema } from './page';
import { roleSchema } from './users';

/** Issuer and audience of access tokens. */
export const tokenIssuer = 'bramble';
export const tokenAudience = 'bramble-api';
/** `typ` of an access token's header (RFC 9068); no other signed token has it. */
export const accessTokenType = 'at+jwt';
/** The validity of an access token in seconds. */
export const ACCESS_TOKEN_SECONDS = 600;

/**
 * The claims of an access token. `sid` is the session; `ver` is the account's version: raising it ends every token with
 * a lower one. Times are seconds since 1970.
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
 * Keys of the denylist in Redis (role events). Users writes it after the commit that ends a session; the gateway and
 * sockets read it. Entries live as long as an access token is valid. Users sets `denylistReady` again each second. The
 * key is missing when Redis is new, lost its data or refuses writes, and when users does not reach Redis; then users is
 * asked.
 */
export const denylistReady = 'denylist:ready';
export const DENYLIST_READY_SECONDS = 5;
/**
 * The key stays when users stops, and users deletes it when an entry could not be written. So the list without
 * `denylistReady` is still complete while this key exists and users does not run: a session ends only in users.
 */
export const denylistComplete = 'denylist:complete';
/** The key exists when the session has ended. */
export const sessionEndedKey = (sessionId: string): string => `denylist:session:${sessionId}`;
/** The key holds the lowest valid `ver` of the account; absent when all are valid. */
export const accountVersionKey = (userId: string): string => `denylist:account:${userId}`;

/** Pub/sub channel of ended sessions, so that sockets close. Without `sessionId` all sessions of the account ended. */
export const sessionsEndedChannel = 'sessions:ended';
export interface SessionsEnded {
  userId: string;
  sessionId?: string | undefined;
}
