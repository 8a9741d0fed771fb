import { z } from 'zod';
import type { Role } from '@bramble/contracts/operation';
import { idSchema, type Page } from '@bramble/contracts/page';
import type { AdminUser } from '@bramble/contracts/users';
import { isAdmin } from '@bramble/service-kit/base/actor';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { logSecurity } from '@bramble/service-kit/observe/security-log';
import { type Account, toUser } from '../account/account';
import type { AccountRepository } from '../account/account.repository';
import { auditEntries, operatorEntry } from '../audit/audit.service';
import type { DenylistService } from '../session/denylist.service';
import type { AccountChange, AdminRepository } from './admin.repository';

export type AdminService = ReturnType<typeof createAdminService>;

const position = z.tuple([idSchema]);
const after = (cursor: string | undefined) =>
  cursor === undefined ? undefined : decodeCursor(cursor, position)[0];

const toAdminUser = (account: Account): AdminUser => ({
  ...toUser(account),
  disabled: account.disabled,
  emailVerified: account.emailVerified,
  ...(account.erasedAt ? { erasedAt: account.erasedAt.toISOString() } : {}),
});

export function createAdminService({
  accounts,
  admin,
  denylist,
  unlock,
  everybodyIsAdmin,
  log,
}: {
  accounts: AccountRepository;
  admin: AdminRepository;
  denylist: DenylistService;
  /** Resets the counted failed sign-ins of an address. */
  unlock: (email: string) => Promise<void>;
  /** Whether visitors may sign in as the demo admin: the roles that admins give then end with it. */
  everybodyIsAdmin: boolean;
  log: Pick<Logger, 'info' | 'warn'>;
}) {
  /** Any account, also one that is erased. */
  const find = async (id: string): Promise<Account> => {
    const account = await accounts.byId(id);
    if (!account) throw new AppError('not_found');
    return account;
  };
  /** An account that can be changed. */
  const existing = async (id: string): Promise<Account> => {
    const account = await find(id);
    if (account.erasedAt) throw new AppError('not_found');
    return account;
  };

  async function setRoles(
    email: string,
    { action, operator, forGood }: { action: string; operator: string; forGood?: Role },
    rolesOf: (account: Account) => Role[],
  ): Promise<AdminUser> {
    const account = await accounts.byEmail(email);
    if (!account || account.erasedAt) throw new AppError('not_found', { detail: `no account for ${email}` });
    const roles = rolesOf(account);
    await denylist.announce(
      await admin.change(
        account.id,
        { roles },
        [
          operatorEntry(operator, {
            action,
            target: account.id,
            before: { roles: account.roles },
            after: { roles },
          }),
        ],
        { inDemo: false, forGood },
      ),
    );
    return toAdminUser(await existing(account.id));
  }

  async function list({
    q,
    cursor,
    limit,
  }: {
    q?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  }): Promise<Page<AdminUser>> {
    const rows = await admin.list({ q, after: after(cursor), limit: limit + 1 });
    return toPage(rows, limit, toAdminUser, (row) => [row.id]);
  }

  async function change(
    account: Account,
    { roles, disabled }: AccountChange,
    actorId: string,
  ): Promise<AdminUser> {
    const locksOneselfOut = account.id === actorId && (disabled === true || (roles && !isAdmin({ roles })));
    if (locksOneselfOut)
      throw new AppError('conflict', { detail: 'another admin has to take this from you' });
    const wanted = {
      ...(roles ? { roles: [...new Set(roles)] } : {}),
      ...(disabled === undefined ? {} : { disabled }),
    };
    await denylist.announce(
      await admin.change(
        account.id,
        wanted,
        auditEntries({
          target: account.id,
          before: { roles: account.roles, disabled: account.disabled },
          after: { roles: account.roles, disabled: account.disabled, ...wanted },
        }),
        { inDemo: everybodyIsAdmin },
      ),
    );
    if (wanted.roles)
      logSecurity(log, 'roles_changed', { user_id: account.id, roles: wanted.roles, by: actorId });
    if (disabled === false) await unlock(account.email);
    return toAdminUser(await existing(account.id));
  }

  /** Adds a role from the command line, where no admin is signed in. A role that came with the demo stays from then on. */
  function grant(email: string, role: Role, operator: string): Promise<AdminUser> {
    return setRoles(email, { action: 'user.granted', operator, forGood: role }, ({ roles }) => [
      ...new Set([...roles, role]),
    ]);
  }

  /** Takes a role from the command line. An account keeps at least one. */
  function revoke(email: string, role: Role, operator: string): Promise<AdminUser> {
    return setRoles(email, { action: 'user.revoked', operator }, ({ roles }) => {
      if (!roles.includes(role)) throw new AppError('conflict', { detail: `${email} is no ${role}` });
      if (roles.length === 1)
        throw new AppError('conflict', { detail: `${role} is the only role of ${email}` });
      return roles.filter((each) => each !== role);
    });
  }

  return { find, existing, show: toAdminUser, list, change, grant, revoke };
}
