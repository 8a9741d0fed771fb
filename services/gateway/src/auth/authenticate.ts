import type { AccessClaims } from '@bramble/contracts/sessions';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccessTokenVerifier } from './access-token';
import type { DenylistRepository } from './denylist.repository';

export type Authenticate = (token: string) => Promise<AccessClaims | undefined>;
type Asked = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;

/**
 * Whose token this is; undefined when it is not ours, expired, or its session ended. The denylist in Redis answers
 * that; when it cannot, users is asked, and when users cannot either the error is thrown: nobody is let in unchecked.
 */
export function createAuthenticate({
  verify,
  denylist,
  askUsers,
  log,
}: {
  verify: AccessTokenVerifier;
  denylist: DenylistRepository;
  askUsers: (asked: Asked) => Promise<boolean>;
  log: Pick<Logger, 'warn'>;
}): Authenticate {
  let loggedAt = -Infinity;
  return async (token) => {
    const claims = await verify(token);
    if (!claims) return undefined;
    const good = await denylist.isGood(claims).catch((error: unknown) => {
      if (Date.now() - loggedAt > 10_000) {
        loggedAt = Date.now();
        log.warn({ err: error }, 'the denylist cannot be read, asking users instead');
      }
      return 'unknown' as const;
    });
    return (good === 'unknown' ? await askUsers(claims) : good) ? claims : undefined;
  };
}
