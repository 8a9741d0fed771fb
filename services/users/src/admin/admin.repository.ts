import type { Role } from '@bramble/contracts/operation';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { Account } from '../account/account';
import { createAuditRepository, type NewAuditEntry } from '../audit/audit.repository';
import { endSessions, raiseVersion, type Revocation } from '../session/session.repository';

export interface AccountChange {
  roles?: Role[] | undefined;
  disabled?: boolean | undefined;
}
/** How roles are given. */
interface RoleGift {
  /** While every visitor can be admin. The roles are marked, and the next start without the demo admin takes them. */
  inDemo: boolean;
  /** A role that the operator gives: it stays, whoever gave it before. */
  forGood?: Role | undefined;
}
export type AdminRepository = ReturnType<typeof createAdminRepository>;

/** Escapes the LIKE wildcards `%` and `_`. */
const contains = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

const CHANGE = `UPDATE users SET roles = coalesce($2::text[], roles), disabled = coalesce($3, disabled),
  demo_roles = ARRAY(
    SELECT role FROM unnest(coalesce($2::text[], roles)) AS role
    WHERE (role = ANY(demo_roles) OR ($4::boolean AND NOT role = ANY(roles))) AND role IS DISTINCT FROM $5::text)
  WHERE id = $1`;

export function createAdminRepository(sql: Sql) {
  /** Newest first; ids are ordered by time. */
  async function list({
    q,
    after,
    limit,
  }: {
    q?: string | undefined;
    after?: string | undefined;
    limit: number;
  }) {
    const { rows } = await sql.query<Account>({
      text: `SELECT id, email, name, roles, disabled, email_verified AS "emailVerified", created_at AS "createdAt", erased_at AS "erasedAt"
        FROM users WHERE ($1::text IS NULL OR email ILIKE $1 OR name ILIKE $1)
          AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      values: [q ? contains(q) : null, after ?? null, limit],
    });
    return rows;
  }

  /** Changes an account and writes the audit entries, in one transaction. */
  function change(
    userId: string,
    { roles, disabled }: AccountChange,
    entries: readonly NewAuditEntry[],
    { inDemo, forGood }: RoleGift,
  ): Promise<Revocation[]> {
    return sql.transaction(async (tx) => {
      const version = await raiseVersion(tx, userId);
      await tx.query({
        text: CHANGE,
        values: [userId, roles ?? null, disabled ?? null, inDemo, forGood ?? null],
      });
      await createAuditRepository(tx).add(entries);
      const ended = disabled ? await endSessions(tx, { userId, reason: 'disabled' }) : [];
      return [version, ...ended];
    });
  }

  return { list, change };
}
