import type { Role } from '@bramble/contracts/operation';
import { ACCESS_TOKEN_SECONDS } from '@bramble/contracts/sessions';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { logSecurity, networkOf } from '@bramble/service-kit/observe/security-log';
import type { KeyService } from '../keys/key.service';
import { signAccessToken } from './access-token';
import type { DenylistService } from './denylist.service';
import { hashToken, newRefreshToken } from './refresh-token';
import type { LiveSession, SessionRepository } from './session.repository';
import type { SignInPlace } from './sign-in-place';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** In seconds. */
  expiresIn: number;
}
/** The fields of the account that a session needs. */
export interface SessionOwner {
  id: string;
  roles: readonly Role[];
  version: number;
  disabled: boolean;
}
export type SessionService<A extends SessionOwner = SessionOwner> = ReturnType<
  typeof createSessionService<A>
>;

export interface SessionDependencies<A extends SessionOwner> {
  sessions: SessionRepository;
  accountOf: (id: string) => Promise<A | null>;
  keys: KeyService;
  denylist: DenylistService;
  /** True for a demo account: its sessions belong to many visitors, who neither see nor end those of others. */
  isShared: (userId: string) => boolean;
  onReuse: () => void;
  log: Pick<Logger, 'info' | 'warn'>;
}

export function createSessionService<A extends SessionOwner>(dependencies: SessionDependencies<A>) {
  const { sessions, accountOf, keys, denylist, isShared, onReuse, log } = dependencies;

  /** A new access token for a session that continues after a change of its account. */
  async function access(account: SessionOwner, sessionId: string): Promise<string> {
    return signAccessToken(await keys.signing(), {
      userId: account.id,
      sessionId,
      roles: account.roles,
      version: account.version,
    });
  }

  /** Starts a session with its first refresh token. */
  async function open(account: SessionOwner, place: SignInPlace): Promise<Tokens> {
    const sessionId = newId();
    const refresh = newRefreshToken(new Date());
    const [accessToken, opened] = await Promise.all([
      access(account, sessionId),
      sessions.open(sessionId, account, refresh, place),
    ]);
    if (!opened) throw new AppError('session_ended', { detail: 'the account changed meanwhile, try again' });
    logSecurity(log, 'sign_in_succeeded', {
      user_id: account.id,
      session_id: sessionId,
      client_network: networkOf(place.place ?? ''),
    });
    return { accessToken, refreshToken: refresh.token, expiresIn: ACCESS_TOKEN_SECONDS };
  }

  /**
   * Rotates a refresh token. A token that was rotated before and comes after the grace period counts as stolen: its
   * family ends.
   */
  async function refresh(token: string): Promise<Tokens & { account: A }> {
    const next = newRefreshToken(new Date());
    const rotation = await sessions.rotate(hashToken(token), next);
    if (rotation.outcome === 'reused') {
      onReuse();
      logSecurity(log, 'refresh_reused', { user_id: rotation.userId, session_id: rotation.sessionId });
      await denylist.announce(await sessions.end(rotation.userId, 'reuse', { only: rotation.sessionId }));
    }
    if (rotation.outcome !== 'rotated') throw new AppError('session_ended');
    const account = await accountOf(rotation.userId);
    if (!account) throw new AppError('session_ended');
    if (account.disabled) throw new AppError('account_disabled');
    const accessToken = await access(account, rotation.sessionId);
    return { accessToken, refreshToken: next.token, expiresIn: ACCESS_TOKEN_SECONDS, account };
  }

  async function logout(userId: string, sessionId: string): Promise<void> {
    await denylist.announce(await sessions.end(userId, 'logout', { only: sessionId }));
  }

  /** Ends the session of a refresh token; an unknown token has none. */
  async function logoutBy(refreshToken: string): Promise<void> {
    const session = await sessions.ofToken(hashToken(refreshToken));
    if (session) await logout(session.userId, session.id);
  }

  /** The live sessions of an account; of a demo account only the caller's own. */
  async function live(userId: string, own: string | undefined): Promise<LiveSession[]> {
    const all = await sessions.live(userId);
    return isShared(userId) ? all.filter(({ id }) => id === own) : all;
  }

  /** Ends one session of an account; `not_found` when it has no such live session. */
  async function endOne(userId: string, sessionId: string, own: string | undefined): Promise<void> {
    if (isShared(userId) && sessionId !== own) throw new AppError('demo_account');
    const ended = await sessions.end(userId, 'logout', { only: sessionId });
    if (ended.length === 0) throw new AppError('not_found');
    await denylist.announce(ended);
  }

  async function endAll(userId: string): Promise<void> {
    if (isShared(userId)) throw new AppError('demo_account');
    await denylist.announce(await sessions.end(userId, 'logout'));
  }

  return { access, open, refresh, logout, logoutBy, live, endOne, endAll, states: sessions.states };
}
