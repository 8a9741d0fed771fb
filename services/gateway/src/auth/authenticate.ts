import type { AccessClaims } from '@bramble/contracts/sessions';
import { isTransient } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccessTokenVerifier } from './access-token';
import type { DenylistAnswer, DenylistRepository } from './denylist.repository';

export type Authenticate = (token: string) => Promise<AccessClaims | undefined>;
type CheckedSession = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;

/**
 * The owner of a token; undefined when the token is not ours, has expired, or its session ended. The denylist in Redis
 * decides; when it is not kept up to date or Redis is away, users decides. When users is away too and the denylist is
 * not known to be complete, the error is thrown, so that no request passes unchecked.
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
  const askUsers = (claims: CheckedSession, listIsComplete: boolean) =>
    isGoodInUsers(claims).catch((error: unknown) => {
      if (listIsComplete && isTransient(error)) return true;
      throw error;
    });
  return async (token) => {
    const claims = await verify(token);
    if (!claims) return undefined;
    const answer = await denylist.check(claims).catch((error: unknown): DenylistAnswer => {
      if (Date.now() - loggedAt > 10_000) {
        loggedAt = Date.now();
        log.warn({ err: error }, 'the denylist could not be read, users is called instead');
      }
      return 'unknown';
    });
    const good = answer === 'good' || (answer !== 'ended' && (await askUsers(claims, answer === 'complete')));
    return good ? claims : undefined;
  };
}
