import type { Role } from '@bramble/contracts/operation';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { createAuditRepository } from '../audit/audit.repository';
import { operatorEntry } from '../audit/audit.service';
import { endSessions, raiseVersion, type Revocation } from '../session/session.repository';

export interface OpenAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
}
export type DemoAccountsRepository = ReturnType<typeof createDemoAccountsRepository>;

export function createDemoAccountsRepository(sql: Sql) {
  async function open({ id, email, name, roles }: OpenAccount, passwordHash: string): Promise<void> {
    await sql.query({
      text: `INSERT INTO users (id, email, name, password_hash, roles, email_verified)
        VALUES ($1, $2, $3, $4, $5, true)
        ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, roles = excluded.roles,
          password_hash = excluded.password_hash, disabled = false, erased_at = NULL`,
      values: [id, email, name, passwordHash, [...roles]],
    });
  }

  /** Disables the given accounts that exist and are enabled, deletes their passwords and ends their sessions. */
  function close(ids: readonly string[]): Promise<Revocation[]> {
    return sql.transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>({
        text: `SELECT id FROM users WHERE id = ANY($1) AND NOT (disabled AND password_hash = '') ORDER BY id FOR UPDATE`,
        values: [ids],
      });
      const revocations: Revocation[] = [];
      for (const { id: userId } of rows) {
        revocations.push(await raiseVersion(tx, userId));
        await tx.query({
          text: `UPDATE users SET disabled = true, password_hash = '' WHERE id = $1`,
          values: [userId],
        });
        revocations.push(...(await endSessions(tx, { userId, reason: 'disabled' })));
      }
      return revocations;
    });
  }

  /**
   * Takes the roles that were given while every visitor could be admin, with an entry of the audit log per account, and
   * ends the access tokens that have them.
   */
  function takeGivenRoles(operator: string): Promise<Revocation[]> {
    return sql.transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string; roles: Role[]; given: Role[] }>({
        text: `SELECT id, roles, demo_roles AS given FROM users WHERE demo_roles <> '{}' ORDER BY id FOR UPDATE`,
        values: [],
      });
      const revocations: Revocation[] = [];
      for (const { id, roles, given } of rows) {
        const own = roles.filter((role) => !given.includes(role));
        // An account keeps at least one role.
        const left: Role[] = own.length > 0 ? own : ['customer'];
        revocations.push(await raiseVersion(tx, id));
        await tx.query({
          text: `UPDATE users SET roles = $2, demo_roles = '{}' WHERE id = $1`,
          values: [id, left],
        });
        await createAuditRepository(tx).add([
          operatorEntry(operator, {
            action: 'user.revoked',
            target: id,
            before: { roles },
            after: { roles: left },
          }),
        ]);
      }
      return revocations;
    });
  }

  return { open, close, takeGivenRoles };
}
