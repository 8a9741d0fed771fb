import { ACCESS_TOKEN_SECONDS } from '@bramble/contracts/sessions';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { Account } from '../account/account';
import type { AccountRepository } from '../account/account.repository';
import type { KeyService } from '../keys/key.service';
import { signAccessToken } from './access-token';
import type { DenylistService } from './denylist.service';
import { hashToken, newRefreshToken } from './refresh-token';
import type { SessionRepository } from './session.repository';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
}
export type SessionService = ReturnType<typeof createSessionService>;

export function createSessionService({
  sessions,
  accounts,
  keys,
  denylist,
  onReuse,
  log,
}: {
  sessions: SessionRepository;
  accounts: AccountRepository;
  keys: KeyService;
  denylist: DenylistService;
  onReuse: () => void;
  log: Pick<Logger, 'warn'>;
}) {
  const access = async (account: Account, sessionId: string) =>
    signAccessToken(await keys.signing(), {
      userId: account.id,
      sessionId,
      roles: account.roles,
      version: account.version,
    });

  /** A sign-in: a session with its first refresh token. */
  const open = async (account: Account): Promise<Tokens> => {
    const sessionId = newId();
    const refresh = newRefreshToken(new Date());
    const [accessToken, opened] = await Promise.all([
      access(account, sessionId),
      sessions.open(sessionId, account, refresh),
    ]);
    if (!opened) throw new AppError('session_ended', { detail: 'the account changed meanwhile, try again' });
    return { accessToken, refreshToken: refresh.token, expiresIn: ACCESS_TOKEN_SECONDS };
  };

  return {
    open,

    /** A fresh access token for a session that goes on, after something in the account changed. */
    access,

    /** Rotates a refresh token. One that was rotated longer ago than the grace is stolen: its family ends. */
    refresh: async (token: string): Promise<Tokens & { account: Account }> => {
      const next = newRefreshToken(new Date());
      const rotation = await sessions.rotate(hashToken(token), next);
      if (rotation.outcome === 'reused') {
        onReuse();
        log.warn(
          { user_id: rotation.userId, session_id: rotation.sessionId },
          'a refresh token came again after its time, its session was ended',
        );
        await denylist.announce(await sessions.end(rotation.userId, 'reuse', { only: rotation.sessionId }));
      }
      if (rotation.outcome !== 'rotated') throw new AppError('session_ended');
      const account = await accounts.byId(rotation.userId);
      if (!account) throw new AppError('session_ended');
      if (account.disabled) throw new AppError('account_disabled');
      const accessToken = await access(account, rotation.sessionId);
      return { accessToken, refreshToken: next.token, expiresIn: ACCESS_TOKEN_SECONDS, account };
    },

    logout: async (userId: string, sessionId: string): Promise<void> =>
      denylist.announce(await sessions.end(userId, 'logout', { only: sessionId })),

    states: sessions.states,
  };
}
