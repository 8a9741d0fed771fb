import type { Role } from '@bramble/contracts/operation';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import type { Account } from '../account/account';
import { createAuditRepository, type NewAuditEntry } from '../audit/audit.repository';
import { endSessions, raiseVersion, type Revocation } from '../session/session.repository';

export interface AccountChange {
  roles?: Role[] | undefined;
  disabled?: boolean | undefined;
}
export type AdminRepository = ReturnType<typeof createAdminRepository>;

/** Escapes the LIKE wildcards `%` and `_`. */
const contains = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export function createAdminRepository(sql: Sql) {
  return {
    /** Newest first; ids are ordered by time. */
    list: async ({
      q,
      after,
      limit,
    }: {
      q?: string | undefined;
      after?: string | undefined;
      limit: number;
    }) => {
      const { rows } = await sql.query<Account>({
        text: `SELECT id, email, name, roles, disabled, email_verified AS "emailVerified", created_at AS "createdAt", erased_at AS "erasedAt"
          FROM users WHERE ($1::text IS NULL OR email ILIKE $1 OR name ILIKE $1)
            AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
        values: [q ? contains(q) : null, after ?? null, limit],
      });
      return rows;
    },

    /** Changes an account and writes the audit entries, in one transaction. */
    change: (
      userId: string,
      { roles, disabled }: AccountChange,
      entries: readonly NewAuditEntry[],
    ): Promise<Revocation[]> =>
      sql.transaction(async (tx) => {
        const version = await raiseVersion(tx, userId);
        await tx.query({
          text: 'UPDATE users SET roles = coalesce($2, roles), disabled = coalesce($3, disabled) WHERE id = $1',
          values: [userId, roles ?? null, disabled ?? null],
        });
        await createAuditRepository(tx).add(entries);
        const ended = disabled ? await endSessions(tx, { userId, reason: 'disabled' }) : [];
        return [version, ...ended];
      }),
  };
}
