import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { Sql, SqlSession, SqlTransaction } from '@bramble/service-kit/stores/sql';
import { createAuditRepository, type NewAuditEntry } from '../audit/audit.repository';
import { endSessions, raiseVersion, type Revocation } from '../session/session.repository';

export interface ErasureWithLimits {
  userId: string;
  limitsKey: string;
}

const BATCH = 100;

// The row stays, since orders refer to its id.
const EMPTY = `WITH mails AS (DELETE FROM mail_jobs WHERE recipient = (SELECT email FROM users WHERE id = $1)),
  links AS (DELETE FROM one_time_links WHERE user_id = $1)
  UPDATE users SET email = 'erased-' || id || '@erased.invalid', name = 'Erased account', password_hash = '',
    profile = '{}', roles = '{customer}', demo_roles = '{}', disabled = true, email_verified = false, erased_at = now()
  WHERE id = $1 AND erased_at IS NULL`;
const ADD = `INSERT INTO erasures (user_id, erased_at, limits_key)
  SELECT id, erased_at, $2 FROM users WHERE id = ANY($1::uuid[]) AND erased_at IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING user_id AS "userId", erased_at AS "erasedAt"`;
const UNANNOUNCED = `SELECT u.id FROM users u WHERE u.erased_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM erasures e WHERE e.user_id = u.id) LIMIT ${BATCH}`;

export type ErasureRepository = ReturnType<typeof createErasureRepository>;

export function createErasureRepository({ sql, store }: { sql: Sql; store: UnitStore<SqlTransaction> }) {
  const addIn = async (tx: SqlSession, userIds: readonly string[], limitsKey: string | null) =>
    (await tx.query<{ userId: string; erasedAt: Date }>({ text: ADD, values: [userIds, limitsKey] })).rows;

  /** Writes that accounts are gone, and tells the other services, in one transaction. Each account is announced once. */
  const announce = (
    userIds: readonly string[],
    limitsKey: string | null,
    before: (tx: SqlSession) => Promise<Revocation[]>,
  ): Promise<Revocation[]> =>
    store.transaction(async (unit) => {
      const revocations = await before(unit.tx);
      for (const { userId, erasedAt } of await addIn(unit.tx, userIds, limitsKey))
        unit.publish([{ type: 'user.erased', payload: { userId, erasedAt: erasedAt.toISOString() } }]);
      return revocations;
    });

  /** Empties the account and ends its sessions. The version is raised first, since that statement locks the row. */
  function erase(
    userId: string,
    limitsKey: string,
    entries: readonly NewAuditEntry[] = [],
  ): Promise<Revocation[]> {
    return announce([userId], limitsKey, async (tx) => {
      const version = await raiseVersion(tx, userId);
      await tx.query({ text: EMPTY, values: [userId] });
      await createAuditRepository(tx).add(entries);
      return [version, ...(await endSessions(tx, { userId, reason: 'erased' }))];
    });
  }

  /** Announces accounts that a process of an earlier release erased. */
  async function announceMissed(): Promise<void> {
    const { rows } = await sql.query<{ id: string }>({ name: 'unannounced-erasures', text: UNANNOUNCED });
    if (rows.length === 0) return;
    await announce(
      rows.map(({ id }) => id),
      null,
      () => Promise.resolve([]),
    );
  }

  async function withLimits(): Promise<ErasureWithLimits[]> {
    const { rows } = await sql.query<ErasureWithLimits>({
      name: 'erasures-with-limits',
      text: `SELECT user_id AS "userId", limits_key AS "limitsKey" FROM erasures WHERE limits_key IS NOT NULL LIMIT ${BATCH}`,
    });
    return rows;
  }

  async function forgetLimits(userId: string): Promise<void> {
    await sql.query({ text: 'UPDATE erasures SET limits_key = NULL WHERE user_id = $1', values: [userId] });
  }

  return { erase, announceMissed, withLimits, forgetLimits };
}
