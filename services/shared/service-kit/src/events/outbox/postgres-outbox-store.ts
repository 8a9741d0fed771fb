import pg from 'pg';
import { purgeStatement } from '../../stores/purge';
import type { Sql } from '../../stores/sql';
import { deleteOldClaims } from '../postgres-inbox';
import { parseStreamId } from '../stream-id';
import type { Leadership, OutboxRow, OutboxStore, SentRow } from './outbox-store';

const CHANNEL = 'bramble_outbox';
const LOCK = 'bramble:outbox';
/** A leader that is paused for longer (SIGSTOP, a dead node) loses its session, and with it the lock. */
const SESSION_LIMIT_MS = 6_000;
/** A server that vanished with its address sends no reply: then the lock is lost as well. */
const RENEW = { text: 'SELECT 1', query_timeout: SESSION_LIMIT_MS };
const UNSEND_BATCH = 20_000;

/** The streams one after the other, and of each the last row of the index: no scan of a day's rows. */
export const highestRecorded = `WITH RECURSIVE streams AS (
      (SELECT stream FROM outbox WHERE stream_id IS NOT NULL ORDER BY stream LIMIT 1)
      UNION ALL
      SELECT (SELECT o.stream FROM outbox o WHERE o.stream_id IS NOT NULL AND o.stream > s.stream ORDER BY o.stream LIMIT 1)
      FROM streams s WHERE s.stream IS NOT NULL
    )
    SELECT s.stream, last.stream_id AS "streamId" FROM streams s CROSS JOIN LATERAL (
      SELECT o.stream_id FROM outbox o WHERE o.stream = s.stream AND o.stream_id IS NOT NULL
      ORDER BY o.stream DESC, split_part(o.stream_id, '-', 1)::bigint DESC, split_part(o.stream_id, '-', 2)::bigint DESC LIMIT 1
    ) last`;

const statements = {
  free: 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS free',
  lock: 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
  unsent: `SELECT seq::float8 AS position, id, stream, key, type, version, correlation_id AS "correlationId", traceparent,
      to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "occurredAt", payload::text AS payload
    FROM outbox WHERE sent_at IS NULL ORDER BY seq LIMIT $1`,
  // The server's counter of transactions rises with each call, also over restarts and failovers, and needs no table.
  fence: 'SELECT pg_current_xact_id()::text::float8 AS fence',
  record: `UPDATE outbox SET stream_id = sent.stream_id, sent_at = now()
    FROM unnest($1::bigint[], $2::text[]) AS sent (seq, stream_id) WHERE outbox.seq = sent.seq`,
  unsend: `UPDATE outbox SET stream_id = NULL, sent_at = NULL WHERE seq IN
    (SELECT seq FROM outbox WHERE stream = $1 AND stream_id IS NOT NULL
      AND (split_part(stream_id, '-', 1)::bigint, split_part(stream_id, '-', 2)::bigint) > ($2::bigint, $3::bigint)
      LIMIT ${UNSEND_BATCH})`,
  deleteSent: purgeStatement({ table: 'outbox', by: 'sent_at', age: '24 hours' }),
  backlog: `SELECT count(*)::float8 AS unsent,
      greatest(0, coalesce(extract(epoch FROM now() - min(occurred_at)), 0))::float8 AS "oldestSeconds"
    FROM outbox WHERE sent_at IS NULL`,
};

/**
 * The outbox table. The leader works on the connection that holds the advisory lock: when its session ends it can no longer
 * record anything, and a pool that is used up does not stop publishing. `service` is a name.
 */
export function postgresOutboxStore(service: string, sql: Sql): OutboxStore {
  async function lead(): Promise<Leadership | undefined> {
    // The pool is asked first, so that processes that wait for the lock keep no connection open for it.
    const { rows } = await sql.query<{ free: boolean }>({ text: statements.free, values: [LOCK] });
    if (!rows[0]?.free) return undefined;
    const client = new pg.Client({
      ...sql.pool.options,
      application_name: `bramble-${service}-relay`,
      query_timeout: 60_000,
    });
    client.on('error', () => undefined);
    let fence: number | undefined;
    try {
      await client.connect();
      fence = await takeLock(client);
      return fence === undefined ? undefined : createLeadership(client, fence);
    } finally {
      if (fence === undefined) await client.end().catch(() => undefined);
    }
  }

  async function notify(): Promise<void> {
    await sql.query({ name: 'outbox-notify', text: `SELECT pg_notify('${CHANNEL}', '')` });
  }

  async function backlog(): Promise<{ unsent: number; oldestSeconds: number }> {
    const { rows } = await sql.query<{ unsent: number; oldestSeconds: number }>({
      name: 'outbox-backlog',
      text: statements.backlog,
    });
    return rows[0] ?? { unsent: 0, oldestSeconds: 0 };
  }

  return { lead, notify, backlog };
}

/** Takes the lock for this session, prepares the session and answers a fence; undefined when another session has the lock. */
async function takeLock(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ locked: boolean }>(statements.lock, [LOCK]);
  if (!rows[0]?.locked) return undefined;
  await client.query('SET statement_timeout = 55000');
  await client.query(`SET idle_session_timeout = ${SESSION_LIMIT_MS}`);
  await client.query(`LISTEN ${CHANNEL}`);
  const numbered = await client.query<{ fence: number }>(statements.fence);
  return numbered.rows[0]?.fence;
}

function createLeadership(client: pg.Client, fence: number): Leadership {
  function onWake(wake: () => void): void {
    client.on('notification', wake);
  }

  async function renew(): Promise<void> {
    await client.query(RENEW);
  }

  async function unsent(limit: number): Promise<OutboxRow[]> {
    const { rows } = await client.query<OutboxRow>({
      name: 'outbox-unsent',
      text: statements.unsent,
      values: [limit],
    });
    return rows;
  }

  async function recordSent(rows: readonly SentRow[]): Promise<void> {
    await client.query({
      name: 'outbox-record',
      text: statements.record,
      values: [rows.map((row) => row.position), rows.map((row) => row.streamId)],
    });
  }

  async function highest(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await client.query<{ stream: string; streamId: string }>(highestRecorded);
    return new Map(rows.map((row) => [row.stream, row.streamId]));
  }

  async function unsendAbove(stream: string, id: string): Promise<number> {
    const { ms, seq } = parseStreamId(id);
    // When this ends half-way, the remaining rows are still recorded above the end of the stream and are found again.
    for (let total = 0; ;) {
      const { rowCount } = await client.query(statements.unsend, [stream, ms, seq]);
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < UNSEND_BATCH) return total;
    }
  }

  async function deleteOld(): Promise<number> {
    const sent = await client.query(statements.deleteSent);
    return (sent.rowCount ?? 0) + (await deleteOldClaims(client));
  }

  const release = () => client.end();
  return { fence, onWake, renew, unsent, recordSent, highest, unsendAbove, deleteOld, release };
}
