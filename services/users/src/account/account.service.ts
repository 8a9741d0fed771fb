import type { Role } from '@bramble/contracts/operation';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import { prepareLink } from '../link/link';
import type { LinkRepository } from '../link/link.repository';
import type { LinkSigner } from '../link/link-token';
import type { MailService } from '../mail/mail.service';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import type { GuessLimits } from '../limits/guess-limits.service';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';
import type { Account } from './account';
import type { AccountRepository } from './account.repository';

export type AccountService = ReturnType<typeof createAccountService>;
export type LoginOutcome = 'ok' | 'bad' | 'limited' | 'disabled';

export function createAccountService({
  accounts,
  links,
  signer,
  mail,
  hasher,
  denylist,
  guesses,
  demo,
  onLogin,
}: {
  accounts: AccountRepository;
  links: LinkRepository;
  signer: LinkSigner;
  mail: MailService;
  hasher: PasswordHasher;
  denylist: DenylistService;
  guesses: GuessLimits;
  demo: Pick<DemoAccounts, 'assertOwn' | 'isPublished' | 'assertUsable'>;
  onLogin: (outcome: LoginOutcome) => void;
}) {
  const existing = async (id: string): Promise<Account> => {
    const account = await accounts.byId(id);
    if (!account || account.erasedAt) throw new AppError('session_ended');
    return account;
  };

  return {
    get: existing,

    signup: async (
      input: { email: string; password: string; name: string; role?: 'customer' | 'seller' | undefined },
      address: string,
    ): Promise<Account> => {
      demo.assertUsable(input.password, 'password');
      // Asked first, so that a taken address costs no hash.
      if (await accounts.isTaken(input.email)) throw new AppError('email_taken');
      const id = newId();
      const mailId = newId();
      const roles: Role[] = input.role === 'seller' ? ['customer', 'seller'] : ['customer'];
      const account = await accounts.create(
        {
          id,
          email: input.email,
          name: input.name,
          passwordHash: await hasher.hash(input.password),
          roles,
        },
        prepareLink(newId(), id, 'verify-email'),
        mailId,
      );
      await Promise.all([mail.wake(mailId), guesses.remember(input.email, address)]);
      return account;
    },

    /** Checks a password; equally slow and with the same answer whether or not the account exists. */
    authenticate: async (email: string, password: string, address: string): Promise<Account> => {
      await guesses.beforeGuess(email, address).catch((error: unknown) => {
        onLogin('limited');
        throw error;
      });
      const account = await accounts.byEmail(email);
      const { ok, outdated } = await hasher.verify(account?.passwordHash, password);
      if (!account || !ok || demo.isPublished(password)) {
        onLogin('bad');
        throw new AppError('bad_credentials');
      }
      if (account.disabled) {
        onLogin('disabled');
        throw new AppError('account_disabled');
      }
      if (outdated) await accounts.replaceHash(account.id, account.passwordHash, await hasher.hash(password));
      await guesses.afterRight(email, address);
      onLogin('ok');
      return account;
    },

    verifyEmail: async (token: string): Promise<void> => {
      const id = await signer.open('verify-email', token);
      const userId = id && (await links.use(id, 'verify-email'));
      if (!userId) throw new AppError('token_invalid');
      await accounts.verifyEmail(userId);
    },

    resetPassword: async (token: string, password: string): Promise<void> => {
      const id = await signer.open('reset-password', token);
      const ownerId = id && (await links.ownerOf(id, 'reset-password'));
      if (!ownerId) throw new AppError('token_invalid');
      demo.assertOwn(ownerId);
      demo.assertUsable(password, 'password');
      const passwordHash = await hasher.hash(password);
      const userId = await links.use(id, 'reset-password');
      if (!userId) throw new AppError('token_invalid');
      await denylist.announce(await accounts.changePassword(userId, passwordHash));
      await links.voidOthers(userId, 'reset-password');
      // Whoever reads the mail owns the address.
      await accounts.verifyEmail(userId);
      const account = await accounts.byId(userId);
      if (account) await guesses.forgive(account.email);
    },

    /** Ends every session but `sessionId`; its access token too, so the caller gets a new one. */
    changePassword: async (
      userId: string,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
      { sessionId, address }: { sessionId: string | undefined; address: string },
    ): Promise<Account> => {
      demo.assertOwn(userId);
      demo.assertUsable(newPassword, 'newPassword');
      const account = await existing(userId);
      await guesses.beforeGuess(account.email, address);
      const { ok } = await hasher.verify(account.passwordHash, currentPassword);
      if (!ok)
        throw new AppError('invalid_input', {
          errors: [{ path: 'currentPassword', message: 'is not your password' }],
        });
      await guesses.afterRight(account.email, address);
      const passwordHash = await hasher.hash(newPassword);
      await denylist.announce(await accounts.changePassword(userId, passwordHash, sessionId));
      return existing(userId);
    },

    saveProfile: async (userId: string, profile: Account['profile']): Promise<Account['profile']> => {
      const account = await accounts.saveProfile(userId, profile);
      if (!account) throw new AppError('session_ended');
      return account.profile;
    },

    dossier: accounts.dossier,

    erase: async (userId: string): Promise<void> => {
      demo.assertOwn(userId);
      await denylist.announce(await accounts.erase(userId));
    },
  };
}
