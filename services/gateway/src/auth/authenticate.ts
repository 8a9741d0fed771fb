import type { AccessClaims } from '@bramble/contracts/sessions';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccessTokenVerifier } from './access-token';
import type { DenylistRepository } from './denylist.repository';

export type Authenticate = (token: string) => Promise<AccessClaims | undefined>;
type CheckedSession = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;

/**
 * The owner of a token; undefined when the token is not ours, has expired, or its session ended. The denylist in Redis
 * decides; when Redis is away, users decides. When users is away too, the error is thrown, so that no request passes
 * unchecked.
 */
export function createAuthenticate({
  verify,
  denylist,
  isGoodInUsers,
  log,
}: {
  verify: AccessTokenVerifier;
  denylist: DenylistRepository;
  isGoodInUsers: (asked: CheckedSession) => Promise<boolean>;
  log: Pick<Logger, 'warn'>;
}): Authenticate {
  let loggedAt = -Infinity;
  return async (token) => {
    const claims = await verify(token);
    if (!claims) return undefined;
    const good = await denylist.isGood(claims).catch((error: unknown) => {
      if (Date.now() - loggedAt > 10_000) {
        loggedAt = Date.now();
        log.warn({ err: error }, 'the denylist could not be read, users is called instead');
      }
      return 'unknown' as const;
    });
    return (good === 'unknown' ? await isGoodInUsers(claims) : good) ? claims : undefined;
  };
}
