import type { Role } from '@bramble/contracts/operation';
import type { Profile } from '@bramble/contracts/users';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { type Db, isTaken } from '../db';
import type { Prisma } from '../generated/prisma/client';
import type { PreparedLink } from '../link/link';
import { type EndReason, endSessions, raiseVersion, type Revocation } from '../session/session.repository';
import type { Account } from './account';

export interface NewAccount {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
  roles: Role[];
}
export type AccountRepository = ReturnType<typeof createAccountRepository>;

const asAccount = (row: unknown) => row as Account | null;

export function createAccountRepository({ db, sql }: { db: Db; sql: Sql }) {
  /**
   * Changes an account and ends its earlier access tokens. The version is raised first, since that statement locks the
   * row.
   */
  const endAllAfter = (
    userId: string,
    reason: EndReason,
    change: { text: string; values: unknown[] },
    except?: string,
  ): Promise<Revocation[]> =>
    sql.transaction(async (tx) => {
      const version = await raiseVersion(tx, userId);
      await tx.query(change);
      const ended = await endSessions(tx, { userId, reason, ...(except === undefined ? {} : { except }) });
      return [version, ...ended];
    });

  /** Creates an account together with the mail that carries `link`; throws `email_taken`. */
  async function create(account: NewAccount, link: PreparedLink, mailId: string): Promise<Account> {
    try {
      const [created] = await db.$transaction([
        db.user.create({ data: account }),
        db.oneTimeLink.create({ data: link }),
        db.mailJob.create({
          data: {
            id: mailId,
            kind: link.purpose,
            recipient: account.email,
            linkId: link.id,
            readyAt: new Date(),
          },
        }),
      ]);
      return created as unknown as Account;
    } catch (error) {
      if (isTaken(error)) throw new AppError('email_taken');
      throw error;
    }
  }

  async function replaceHash(id: string, before: string, passwordHash: string): Promise<void> {
    await db.user.updateMany({ where: { id, passwordHash: before }, data: { passwordHash } });
  }

  async function saveProfile(id: string, profile: Profile): Promise<Account | null> {
    const { name } = profile;
    const data = {
      profile: profile as Prisma.InputJsonObject,
      ...(name === undefined ? {} : { name }),
    };
    const [row] = await db.user.updateManyAndReturn({ where: { id, erasedAt: null }, data });
    return asAccount(row ?? null);
  }

  /** Ends all sessions except `except`. */
  function changePassword(id: string, passwordHash: string, except?: string) {
    return endAllAfter(
      id,
      'password',
      { text: 'UPDATE users SET password_hash = $2 WHERE id = $1', values: [id, passwordHash] },
      except,
    );
  }

  async function verifyEmail(id: string): Promise<void> {
    await db.user.update({ where: { id }, data: { emailVerified: true } });
  }

  return {
    byId: async (id: string) => asAccount(await db.user.findUnique({ where: { id } })),
    byEmail: async (email: string) => asAccount(await db.user.findUnique({ where: { email } })),
    isTaken: async (email: string) =>
      (await db.user.findUnique({ where: { email }, select: { id: true } })) !== null,
    create,
    replaceHash,
    saveProfile,
    changePassword,
    verifyEmail,
  };
}
