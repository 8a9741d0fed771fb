import type { Sql, SqlSession, SqlTransaction } from '../../stores/sql';
import type { Letter } from './letter';
import type { LetterCount, LetterPosition, LetterTable } from './letter-store';

const COLUMNS = 'event_id, stream, type, key, reason, error, attempts, failed_at, cause, cause_id, fields';

interface LetterRow {
  event_id: string;
  stream: string;
  type: string;
  key: string;
  reason: string;
  error: string;
  attempts: number;
  failed_at: Date;
  cause: string;
  cause_id: string;
  fields: Record<string, string>;
}

const toLetter = (row: LetterRow): Letter => ({
  eventId: row.event_id,
  stream: row.stream,
  type: row.type,
  key: row.key,
  reason: row.reason,
  error: row.error,
  attempts: row.attempts,
  failedAt: row.failed_at,
  cause: row.cause,
  causeId: row.cause_id,
  fields: row.fields,
});

/** The table `dead_letters`, of one group. */
export function postgresLetters(sql: Sql, group: string): LetterTable<SqlTransaction> {
  const letters = async (session: SqlSession, text: string, values: unknown[]): Promise<Letter[]> =>
    (await session.query<LetterRow>({ text, values: [group, ...values] })).rows.map(toLetter);
  const count = async (session: SqlSession, text: string, values: unknown[]): Promise<number> =>
    (await session.query({ text, values: [group, ...values] })).rowCount;

  async function insert(tx: SqlTransaction, letter: Letter): Promise<void> {
    const { eventId, stream, type, key, reason, error, attempts, failedAt, cause, causeId, fields } = letter;
    await tx.query({
      text: `INSERT INTO dead_letters (consumer, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT DO NOTHING`,
      values: [
        ...[group, eventId, stream, type, key, reason, error, attempts, failedAt, cause, causeId],
        JSON.stringify(fields),
      ],
    });
  }

  const lock = (tx: SqlTransaction, eventIds: readonly string[]) =>
    letters(
      tx,
      `SELECT ${COLUMNS} FROM dead_letters WHERE consumer = $1 AND event_id = ANY($2::uuid[])
       ORDER BY failed_at, event_id FOR UPDATE`,
      [eventIds],
    );
  const remove = (tx: SqlTransaction, eventIds: readonly string[]) =>
    count(tx, 'DELETE FROM dead_letters WHERE consumer = $1 AND event_id = ANY($2::uuid[])', [eventIds]);
  const dropOldest = (keep: number) =>
    letters(
      sql,
      `DELETE FROM dead_letters WHERE consumer = $1 AND event_id IN (SELECT event_id FROM dead_letters
         WHERE consumer = $1 ORDER BY failed_at DESC, event_id DESC OFFSET $2) RETURNING ${COLUMNS}`,
      [keep],
    );

  const page = ({ limit, after }: { limit: number; after?: LetterPosition | undefined }) =>
    letters(
      sql,
      `SELECT ${COLUMNS} FROM dead_letters WHERE consumer = $1
         AND ($2::timestamptz IS NULL OR (failed_at, event_id) < ($2, $3::uuid)
           OR $4::boolean AND (failed_at, event_id) = ($2, $3::uuid))
       ORDER BY failed_at DESC, event_id DESC LIMIT $5`,
      [after?.failedAt ?? null, after?.eventId ?? null, after ? group > after.group : false, limit],
    );

  async function find(eventId: string): Promise<Letter | undefined> {
    const text = `SELECT ${COLUMNS} FROM dead_letters WHERE consumer = $1 AND event_id = $2`;
    return (await letters(sql, text, [eventId]))[0];
  }

  async function idsOf(causeId: string): Promise<string[]> {
    const { rows } = await sql.query<{ event_id: string }>({
      text: 'SELECT event_id FROM dead_letters WHERE consumer = $1 AND cause_id = $2 ORDER BY failed_at, event_id',
      values: [group, causeId],
    });
    return rows.map((row) => row.event_id);
  }

  async function counts(): Promise<LetterCount[]> {
    const { rows } = await sql.query<LetterCount>({
      text: `SELECT stream, count(*)::int AS count, min(failed_at) AS oldest FROM dead_letters
        WHERE consumer = $1 GROUP BY stream`,
      values: [group],
    });
    return rows;
  }

  return { insert, lock, remove, dropOldest, page, find, idsOf, counts };
}
