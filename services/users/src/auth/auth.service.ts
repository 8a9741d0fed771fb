import type { Role } from '@bramble/contracts/operation';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { logSecurity, networkOf } from '@bramble/service-kit/observe/security-log';
import type { Account } from '../account/account';
import type { AccountRepository } from '../account/account.repository';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import type { GuessLimits } from '../limits/guess-limits.service';
import { prepareLink } from '../link/link';
import type { LinkSigner } from '../link/link-token';
import type { LinkRepository } from '../link/link.repository';
import type { MailService } from '../mail/mail.service';
import { assertNotGuessable } from '../password/guessable';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';

export type AuthService = ReturnType<typeof createAuthService>;
type LoginOutcome = 'ok' | 'bad' | 'limited' | 'disabled';

export interface AuthDependencies {
  accounts: AccountRepository;
  links: LinkRepository;
  signer: LinkSigner;
  mail: MailService;
  hasher: PasswordHasher;
  denylist: DenylistService;
  guesses: GuessLimits;
  demo: Pick<DemoAccounts, 'assertOwn' | 'isPublished' | 'assertUsable'>;
  onLogin: (outcome: LoginOutcome) => void;
  /** The name of a mail address in logs. */
  hashOf: (email: string) => string;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Sign-up and sign-in, by a password or by a link from a mail. */
export function createAuthService(dependencies: AuthDependencies) {
  const { accounts, links, signer, mail, hasher, denylist, guesses, demo, onLogin, hashOf, log } =
    dependencies;

  async function signup(
    input: { email: string; password: string; name: string; role?: 'customer' | 'seller' | undefined },
    address: string,
  ): Promise<Account> {
    demo.assertUsable(input.password, 'password');
    assertNotGuessable(input.password, input, 'password');
    // Check first, so that a taken address costs no password hash.
    if (await accounts.isTaken(input.email)) throw new AppError('email_taken');
    const id = newId();
    const mailId = newId();
    const roles: Role[] = input.role === 'seller' ? ['customer', 'seller'] : ['customer'];
    const account = await accounts.create(
      {
        id,
        email: input.email,
        name: input.name,
        passwordHash: await hasher.hash(input.password, address),
        roles,
      },
      prepareLink(newId(), id, 'verify-email'),
      mailId,
    );
    await Promise.all([mail.wake(mailId), guesses.remember(input.email, address)]);
    return account;
  }

  /** Checks a password. Known and unknown accounts get the same answer after the same time. */
  async function authenticate(email: string, password: string, address: string): Promise<Account> {
    const from = { account: hashOf(email), client_network: networkOf(address) };
    await guesses.beforeGuess(email, address).catch((error: unknown) => {
      onLogin('limited');
      logSecurity(log, 'sign_in_throttled', from);
      throw error;
    });
    const account = await accounts.byEmail(email);
    const { ok, outdated } = await hasher.verify(account?.passwordHash, password, address);
    if (!account || !ok || demo.isPublished(password)) {
      onLogin('bad');
      logSecurity(log, 'sign_in_failed', { ...from, user_id: account?.id, reason: 'bad_credentials' });
      throw new AppError('bad_credentials');
    }
    if (account.disabled) {
      onLogin('disabled');
      logSecurity(log, 'sign_in_failed', { ...from, user_id: account.id, reason: 'account_disabled' });
      throw new AppError('account_disabled');
    }
    if (outdated)
      await accounts.replaceHash(account.id, account.passwordHash, await hasher.hash(password, address));
    await guesses.afterCorrectGuess(email, address);
    onLogin('ok');
    return account;
  }

  async function verifyEmail(token: string): Promise<void> {
    const id = await signer.open('verify-email', token);
    const userId = id && (await links.use(id, 'verify-email'));
    if (!userId) throw new AppError('token_invalid');
    await accounts.verifyEmail(userId);
  }

  /** Requests a mail with a link for `resetPassword`. Known and unknown addresses are treated alike. */
  async function requestReset(email: string, address: string): Promise<void> {
    if (await guesses.mayMail(email, address)) await mail.requestReset(email);
  }

  async function resetPassword(token: string, password: string, address: string): Promise<void> {
    const id = await signer.open('reset-password', token);
    const ownerId = id && (await links.ownerOf(id, 'reset-password'));
    if (!ownerId) throw new AppError('token_invalid');
    demo.assertOwn(ownerId);
    demo.assertUsable(password, 'password');
    const owner = await accounts.byId(ownerId);
    if (owner) assertNotGuessable(password, owner, 'password');
    const passwordHash = await hasher.hash(password, address);
    const userId = await links.use(id, 'reset-password');
    if (!userId) throw new AppError('token_invalid');
    await denylist.announce(await accounts.changePassword(userId, passwordHash));
    logSecurity(log, 'password_changed', {
      user_id: userId,
      reason: 'reset',
      client_network: networkOf(address),
    });
    await links.invalidateAll(userId, 'reset-password');
    // The link came by mail, so the address is confirmed.
    await accounts.verifyEmail(userId);
    const account = await accounts.byId(userId);
    if (account) await guesses.reset(account.email);
  }

  return { signup, authenticate, verifyEmail, requestReset, resetPassword };
}
