import { AppError } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { logSecurity, networkOf } from '@bramble/service-kit/observe/security-log';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import type { GuessLimits } from '../limits/guess-limits.service';
import { assertNotGuessable } from '../password/guessable';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';
import type { Account } from './account';
import type { AccountRepository } from './account.repository';

export type AccountService = ReturnType<typeof createAccountService>;

export interface AccountDependencies {
  accounts: AccountRepository;
  hasher: PasswordHasher;
  denylist: DenylistService;
  guesses: GuessLimits;
  demo: Pick<DemoAccounts, 'assertOwn' | 'assertUsable'>;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Operations of signed-in users on their own account. */
export function createAccountService({
  accounts,
  hasher,
  denylist,
  guesses,
  demo,
  log,
}: AccountDependencies) {
  async function get(id: string): Promise<Account> {
    const account = await accounts.byId(id);
    if (!account || account.erasedAt) throw new AppError('session_ended');
    return account;
  }

  /** Ends every session except `sessionId`. Its access token ends too, so the caller gets a new one. */
  async function changePassword(
    userId: string,
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
    { sessionId, address }: { sessionId: string | undefined; address: string },
  ): Promise<Account> {
    demo.assertOwn(userId);
    demo.assertUsable(newPassword, 'newPassword');
    const account = await get(userId);
    assertNotGuessable(newPassword, account, 'newPassword');
    await guesses.beforeGuess(account.email, address);
    const { ok } = await hasher.verify(account.passwordHash, currentPassword, address);
    if (!ok)
      throw new AppError('invalid_input', {
        errors: [{ path: 'currentPassword', message: 'is not your password' }],
      });
    await guesses.afterCorrectGuess(account.email, address);
    const passwordHash = await hasher.hash(newPassword, address);
    await denylist.announce(await accounts.changePassword(userId, passwordHash, sessionId));
    logSecurity(log, 'password_changed', {
      user_id: userId,
      reason: 'change',
      client_network: networkOf(address),
    });
    return get(userId);
  }

  async function saveProfile(userId: string, profile: Account['profile']): Promise<Account['profile']> {
    const account = await accounts.saveProfile(userId, profile);
    if (!account) throw new AppError('session_ended');
    return account.profile;
  }

  /** Asks for the password, so that a session left open cannot do what follows; throws `confirmation_required`. */
  async function confirm(userId: string, password: string, address: string): Promise<Account> {
    const account = await get(userId);
    if (password === '') throw new AppError('confirmation_required');
    await guesses.beforeGuess(account.email, address);
    const { ok } = await hasher.verify(account.passwordHash, password, address);
    if (!ok) throw new AppError('confirmation_required');
    await guesses.afterCorrectGuess(account.email, address);
    return account;
  }

  return { get, changePassword, saveProfile, confirm };
}
