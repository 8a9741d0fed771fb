import type { DemoRole } from '@bramble/contracts/auth';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';
import type { DemoAccountsRepository } from './demo-accounts.repository';
import { demoIds, isDemoAccount, publishedPassword } from './demo-ids';

export type DemoAccounts = ReturnType<typeof createDemoAccounts>;

/** The demo accounts: open while the operator offers them, closed from the next start on when not. */
export function createDemoAccounts({
  accounts,
  hasher,
  denylist,
  offered,
  log,
}: {
  accounts: DemoAccountsRepository;
  hasher: Pick<PasswordHasher, 'hash'>;
  denylist: Pick<DenylistService, 'announce'>;
  /** Whether demo mode is on, and whether its admin is offered too. */
  offered: { on: boolean; admin: boolean };
  log: Pick<Logger, 'warn'>;
}) {
  const isOffered = (role: DemoRole): boolean => offered.on && (role !== 'admin' || offered.admin);

  /** Run at every start: switching demo mode off closes what it opened. */
  async function prepare(): Promise<void> {
    const closing = (Object.keys(demoIds) as DemoRole[]).filter((role) => !isOffered(role));
    const revocations = await accounts.close(closing.map((role) => demoIds[role]));
    await denylist.announce(revocations);
    if (revocations.length > 0)
      log.warn({ roles: closing }, 'demo accounts that are no longer offered were closed');
    if (!offered.on) return;
    const { seedUsers } = await import('@bramble/demo/users.seeder');
    await seedUsers({ open: accounts.open, hash: hasher.hash }, { admin: offered.admin });
  }

  /** The account that a visitor enters with one click; not_found when it is not offered. */
  function idOf(role: DemoRole): string {
    if (!isOffered(role)) throw new AppError('not_found');
    return demoIds[role];
  }

  /** Throws when the account is one of the demo's, which visitors share: nobody may lock the others out. */
  function assertOwn(userId: string): void {
    if (isDemoAccount(userId)) throw new AppError('demo_account');
  }

  /** Outside demo mode the published password opens nothing: an account may still have it from before. */
  const isPublished = (password: string): boolean => !offered.on && password === publishedPassword;

  /** Throws when a new password is the published one; `path` names the field. */
  function assertUsable(password: string, path: string): void {
    if (isPublished(password))
      throw new AppError('invalid_input', {
        errors: [{ path, message: 'is a password that everybody knows' }],
      });
  }

  return { on: offered.on, prepare, idOf, assertOwn, isPublished, assertUsable };
}
