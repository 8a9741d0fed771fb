import type { Role } from '@bramble/contracts/operation';
import type { AuditEntry } from '@bramble/contracts/users';
import type { Sql, SqlSession } from '@bramble/service-kit/stores/postgres';
import type { Account } from '../account/account';
import type { Db } from '../db';
import { endSessions, raiseVersion, type Revocation } from '../session/session.repository';

export interface AuditRecord {
  id: string;
  actorId: string | null;
  action: string;
  subject: string;
  detail: AuditEntry['detail'];
}
export interface AccountChange {
  roles?: Role[] | undefined;
  disabled?: boolean | undefined;
}
export type AdminRepository = ReturnType<typeof createAdminRepository>;

const write = (tx: SqlSession, { id, actorId, action, subject, detail }: AuditRecord) =>
  tx.query({
    text: 'INSERT INTO audit_entries (id, actor_id, action, subject, detail) VALUES ($1, $2, $3, $4, $5)',
    values: [id, actorId, action, subject, JSON.stringify(detail)],
  });

/** Escapes the LIKE wildcards `%` and `_`. */
const contains = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export function createAdminRepository({ db, sql }: { db: Db; sql: Sql }) {
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
        text: `SELECT id, email, name, roles, disabled, email_verified AS "emailVerified", created_at AS "createdAt"
          FROM users WHERE erased_at IS NULL AND ($1::text IS NULL OR email ILIKE $1 OR name ILIKE $1)
            AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
        values: [q ? contains(q) : null, after ?? null, limit],
      });
      return rows;
    },

    /** Changes an account and writes the audit entry, in one transaction. */
    change: (
      userId: string,
      { roles, disabled }: AccountChange,
      record: AuditRecord,
    ): Promise<Revocation[]> =>
      sql.transaction(async (tx) => {
        const version = await raiseVersion(tx, userId);
        await tx.query({
          text: 'UPDATE users SET roles = coalesce($2, roles), disabled = coalesce($3, disabled) WHERE id = $1',
          values: [userId, roles ?? null, disabled ?? null],
        });
        await write(tx, record);
        const ended = disabled ? await endSessions(tx, { userId, reason: 'disabled' }) : [];
        return [version, ...ended];
      }),

    record: (record: AuditRecord) => write(sql, record),

    audit: (after: string | undefined, limit: number) =>
      db.auditEntry.findMany({
        where: after === undefined ? {} : { id: { lt: after } },
        orderBy: { id: 'desc' },
        take: limit,
      }),
  };
}
