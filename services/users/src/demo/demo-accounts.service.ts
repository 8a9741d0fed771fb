import type { DemoRole } from '@bramble/contracts/auth';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';
import type { DemoAccountsRepository } from './demo-accounts.repository';
import { demoIds, isDemoAccount, publishedPassword } from './demo-ids';

export type DemoAccounts = ReturnType<typeof createDemoAccounts>;

/** The demo accounts: enabled while the operator offers them, disabled at the next start otherwise. */
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
  /** Whether demo mode is on, and whether its admin is offered. */
  offered: { on: boolean; admin: boolean };
  log: Pick<Logger, 'warn'>;
}) {
  const isOffered = (role: DemoRole): boolean => offered.on && (role !== 'admin' || offered.admin);

  /** Runs at every start: enables the offered demo accounts and disables the others. */
  async function prepare(): Promise<void> {
    const closing = (Object.keys(demoIds) as DemoRole[]).filter((role) => !isOffered(role));
    const revocations = await accounts.close(closing.map((role) => demoIds[role]));
    await denylist.announce(revocations);
    if (revocations.length > 0)
      log.warn({ roles: closing }, 'demo accounts that are no longer offered were disabled');
    if (!offered.on) return;
    const { seedUsers } = await import('@bramble/demo/users.seeder');
    await seedUsers(
      { open: accounts.open, hash: (password) => hasher.hash(password, undefined) },
      { admin: offered.admin },
    );
  }

  /** The demo account of a role; `not_found` when it is not offered. */
  function idOf(role: DemoRole): string {
    if (!isOffered(role)) throw new AppError('not_found');
    return demoIds[role];
  }

  /** Throws for a demo account. Visitors share it, so nobody may lock the others out of it. */
  function assertOwn(userId: string): void {
    if (isDemoAccount(userId)) throw new AppError('demo_account');
  }

  /** Refuses the published password outside demo mode, because an account may still have it. */
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
