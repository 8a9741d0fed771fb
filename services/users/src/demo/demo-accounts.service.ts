import type { DemoRole } from '@bramble/contracts/auth';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { PasswordHasher } from '../password/password-hasher';
import type { DenylistService } from '../session/denylist.service';
import type { DemoAccountsRepository } from './demo-accounts.repository';
import { demoIds, isDemoAccount, publishedPassword } from './demo-ids';

export type DemoAccounts = ReturnType<typeof createDemoAccounts>;

/** The name in the audit log for what a start does by itself. */
const START = 'start without the demo admin';

/**
 * The demo accounts: enabled while the operator offers them, disabled at the next start otherwise. While the admin is among
 * them, every visitor is admin, so the roles given meanwhile are withdrawn with it.
 */
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

  async function takeGivenRoles(): Promise<void> {
    const revocations = await accounts.takeGivenRoles(START);
    await denylist.announce(revocations);
    if (revocations.length > 0)
      log.warn(
        { accounts: revocations.map(({ userId }) => userId) },
        'roles that were given while every visitor could be admin were taken; the audit log has them',
      );
  }

  /** Runs at every start: enables the offered demo accounts and disables the others. */
  async function prepare(): Promise<void> {
    const closing = (Object.keys(demoIds) as DemoRole[]).filter((role) => !isOffered(role));
    const revocations = await accounts.close(closing.map((role) => demoIds[role]));
    await denylist.announce(revocations);
    if (revocations.length > 0)
      log.warn({ roles: closing }, 'demo accounts that are no longer offered were disabled');
    if (!isOffered('admin')) await takeGivenRoles();
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

  /** True while visitors may sign in as the admin. */
  const opensAdmin = isOffered('admin');

  return { on: offered.on, opensAdmin, prepare, idOf, assertOwn, isPublished, assertUsable };
}
