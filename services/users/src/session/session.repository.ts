import { type OldRows, purge } from '@bramble/service-kit/stores/purge';
import type { Sql, SqlSession } from '@bramble/service-kit/stores/sql';
import type { NewRefreshToken } from './refresh-token';
import { GRACE_MS, REFRESH_TOKEN_SECONDS } from './refresh-token';
import type { SignInPlace } from './sign-in-place';

/** After this time a session ends, however often it was renewed, and the password is asked again. */
const SESSION_DAYS = 90;
const FRESH_MINUTES = 10;

export const oldRevocations = (seconds: number): OldRows => ({
  table: 'revocations',
  by: 'created_at',
  age: `${seconds} seconds`,
});
export const oldTokens: OldRows = { table: 'refresh_tokens', by: 'expires_at', age: '0 seconds' };
/** No session loses its last token before its first one expires, so those in use are mostly not looked at. */
export const oldSessions: OldRows = {
  table: 'sessions',
  by: 'created_at',
  age: `${REFRESH_TOKEN_SECONDS} seconds`,
  and: 'NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = old.id)',
};

export type EndReason = 'logout' | 'reuse' | 'password' | 'disabled' | 'erased';
/** An entry for the denylist: a session that ended, or the lowest valid version of an account. */
export type Revocation =
  { userId: string; sessionId: string; reason?: EndReason } | { userId: string; version: number };

export interface LiveSession extends SignInPlace {
  id: string;
  createdAt: Date;
  /** When its refresh token was last renewed, which happens every ten minutes of use. */
  usedAt: Date;
}

export type Rotation =
  | { outcome: 'rotated'; sessionId: string; userId: string }
  | { outcome: 'reused'; sessionId: string; userId: string }
  | { outcome: 'refused' };

export type SessionRepository = ReturnType<typeof createSessionRepository>;

interface TokenRow {
  session_id: string;
  user_id: string;
  ended: boolean;
  expired: boolean;
  reused: boolean;
}

const addToken = (tx: SqlSession, sessionId: string, { hash, expiresAt }: NewRefreshToken) =>
  tx.query({
    text: 'INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)',
    values: [hash, sessionId, expiresAt],
  });

/** Ends sessions and records the entries for the denylist, in the caller's transaction. */
export async function endSessions(
  tx: SqlSession,
  { userId, reason, only, except }: { userId: string; reason: EndReason; only?: string; except?: string },
): Promise<Revocation[]> {
  const { rows } = await tx.query<{ id: string }>({
    text: `WITH ended AS (
      UPDATE sessions SET ended_at = now(), end_reason = $2, device = NULL, place = NULL
      WHERE user_id = $1 AND ended_at IS NULL AND ($3::uuid IS NULL OR id = $3) AND ($4::uuid IS NULL OR id <> $4)
      RETURNING id)
    INSERT INTO revocations (session_id, user_id) SELECT id, $1 FROM ended RETURNING session_id AS id`,
    values: [userId, reason, only ?? null, except ?? null],
  });
  return rows.map(({ id }) => ({ userId, sessionId: id, reason }));
}

/** Raises the account's version, which ends all earlier access tokens. */
export async function raiseVersion(tx: SqlSession, userId: string): Promise<Revocation> {
  const { rows } = await tx.query<{ version: number }>({
    text: `WITH raised AS (UPDATE users SET version = version + 1 WHERE id = $1 RETURNING version)
    INSERT INTO revocations (user_id, version) SELECT $1, version FROM raised RETURNING version`,
    values: [userId],
  });
  return { userId, version: rows[0]?.version ?? 1 };
}

export function createSessionRepository(sql: Sql) {
  /** False when the account was changed or disabled after its password was checked. */
  async function open(
    id: string,
    account: { id: string; version: number },
    token: NewRefreshToken,
    { device, place }: SignInPlace,
  ): Promise<boolean> {
    const { rowCount } = await sql.query({
      name: 'open-session',
      text: `WITH account AS (SELECT id FROM users WHERE id = $2 AND version = $5 AND NOT disabled FOR SHARE),
        opened AS (INSERT INTO sessions (id, user_id, device, place) SELECT $1, id, $6, $7 FROM account RETURNING id)
        INSERT INTO refresh_tokens (hash, session_id, expires_at) SELECT $3, id, $4 FROM opened`,
      values: [id, account.id, token.hash, token.expiresAt, account.version, device, place],
    });
    return rowCount === 1;
  }

  /**
   * Replaces a refresh token by `next`. The row is locked, so that concurrent refreshes of several tabs run one after
   * the other.
   */
  function rotate(hash: Buffer, next: NewRefreshToken): Promise<Rotation> {
    return sql.transaction(async (tx) => {
      const { rows } = await tx.query<TokenRow>({
        text: `SELECT t.session_id, s.user_id, s.ended_at IS NOT NULL AS ended, (t.expires_at <= now() OR s.created_at <= now() - interval '${SESSION_DAYS} days') AS expired,
            coalesce(t.rotated_at < clock_timestamp() - make_interval(secs => $2), false) AS reused
          FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1 FOR UPDATE OF t`,
        values: [hash, GRACE_MS / 1000],
      });
      const token = rows[0];
      if (!token || token.ended || token.expired) return { outcome: 'refused' };
      const { session_id: sessionId, user_id: userId } = token;
      if (token.reused) return { outcome: 'reused', sessionId, userId };
      await tx.query({
        text: 'UPDATE refresh_tokens SET rotated_at = coalesce(rotated_at, clock_timestamp()) WHERE hash = $1',
        values: [hash],
      });
      await addToken(tx, sessionId, next);
      return { outcome: 'rotated', sessionId, userId };
    });
  }

  /** The session of a refresh token that is still valid. */
  async function ofToken(hash: Buffer): Promise<{ id: string; userId: string } | undefined> {
    const { rows } = await sql.query<{ id: string; userId: string }>({
      name: 'session-of-token',
      text: `SELECT s.id, s.user_id AS "userId" FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
        WHERE t.hash = $1 AND t.expires_at > now()`,
      values: [hash],
    });
    return rows[0];
  }

  /** The sessions of an account that can still be renewed, the one last used first. */
  async function live(userId: string): Promise<LiveSession[]> {
    const { rows } = await sql.query<LiveSession>({
      name: 'live-sessions',
      text: `SELECT s.id, s.device, s.place, s.created_at AS "createdAt", max(t.created_at) AS "usedAt"
        FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id AND t.expires_at > now()
        WHERE s.user_id = $1 AND s.ended_at IS NULL AND s.created_at > now() - interval '${SESSION_DAYS} days'
        GROUP BY s.id ORDER BY max(t.created_at) DESC LIMIT 100`,
      values: [userId],
    });
    return rows;
  }

  /** True when the session has just begun, so that its password was asked a moment ago. */
  async function isFresh(userId: string, sessionId: string): Promise<boolean> {
    const { rowCount } = await sql.query({
      name: 'fresh-session',
      text: `SELECT 1 FROM sessions WHERE id = $2 AND user_id = $1 AND ended_at IS NULL
        AND created_at > now() - interval '${FRESH_MINUTES} minutes'`,
      values: [userId, sessionId],
    });
    return rowCount === 1;
  }

  function end(userId: string, reason: EndReason, which: { only?: string; except?: string } = {}) {
    return sql.transaction((tx) => endSessions(tx, { userId, reason, ...which }));
  }

  /** For each session: true when it is alive and its account version is still valid. */
  async function states(
    sessions: readonly { id: string; userId: string; version: number }[],
  ): Promise<boolean[]> {
    const { rows } = await sql.query<{ good: boolean }>({
      name: 'session-states',
      text: `SELECT s.id IS NOT NULL AND s.ended_at IS NULL AND u.version <= asked.version AND NOT u.disabled AS good
        FROM unnest($1::uuid[], $2::uuid[], $3::int[]) WITH ORDINALITY AS asked (id, user_id, version, position)
        LEFT JOIN users u ON u.id = asked.user_id
        LEFT JOIN sessions s ON s.id = asked.id AND s.user_id = u.id ORDER BY asked.position`,
      values: [
        sessions.map((session) => session.id),
        sessions.map((session) => session.userId),
        sessions.map((session) => session.version),
      ],
    });
    return rows.map((row) => row.good === true);
  }

  /** The current content of the denylist: all revocations within the validity of an access token. */
  async function recentRevocations(withinSeconds: number): Promise<Revocation[]> {
    const { rows } = await sql.query<{
      session_id: string | null;
      user_id: string;
      version: number | null;
    }>({
      text: `SELECT session_id, user_id, version FROM revocations
        WHERE created_at > now() - make_interval(secs => $1) ORDER BY seq`,
      values: [withinSeconds],
    });
    return rows.map(({ session_id, user_id, version }) =>
      session_id === null
        ? { userId: user_id, version: version ?? 1 }
        : { userId: user_id, sessionId: session_id },
    );
  }

  /** Deletes expired rows; of sessions those whose last refresh token was deleted. */
  async function deleteOld(revocationSeconds: number, signal?: AbortSignal): Promise<void> {
    await purge(sql, oldRevocations(revocationSeconds), signal);
    await purge(sql, oldTokens, signal);
    await purge(sql, oldSessions, signal);
  }

  return { open, rotate, ofToken, live, isFresh, end, states, recentRevocations, deleteOld };
}
