import { batcher } from '@bramble/service-kit/base/batcher';
import { type OldRows, purge } from '@bramble/service-kit/stores/purge';
import type { Sql, SqlSession } from '@bramble/service-kit/stores/sql';

/** The answer to a request, as its caller received it; stored without being parsed. */
export interface StoredResponse {
  status: number;
  body: unknown;
}
/** A stored request with an Idempotency-Key. */
export interface StoredRequest {
  requestHash: string;
  orderId: string | null;
  /** Undefined while the request is running. */
  answer: StoredResponse | undefined;
  /** Milliseconds since the request began, by the database's clock. */
  ageMs: number;
}
export interface RequestKey {
  userId: string;
  key: string;
  hash: string;
}

interface Row {
  request_hash: string | null;
  order_id: string | null;
  status: number | null;
  body: unknown;
  age_ms: number | null;
  now: Date;
  erased: boolean;
}

const AGE = '24 hours';
/** Answers are replayed for 24 hours; older rows count as absent. */
export const RETENTION = `interval '${AGE}'`;
export const oldAnswers: OldRows = { table: 'idempotency', by: 'created_at', age: AGE };

/** A new row may replace one that has expired, or of the same request that has not been answered. */
const MAY_TAKE = `idempotency.created_at <= now() - ${RETENTION}
  OR (idempotency.status IS NULL AND idempotency.request_hash = EXCLUDED.request_hash)`;

interface Found {
  now: number;
  /** True when the account of the caller was erased since the request began. */
  erased: boolean;
  stored?: StoredRequest;
}

function toFound(row: Row): Found {
  const { erased } = row;
  const now = row.now.getTime();
  if (row.request_hash === null) return { now, erased };
  const { request_hash: requestHash, order_id: orderId, status, body, age_ms: age } = row;
  const answer = status === null ? undefined : { status, body };
  return { now, erased, stored: { requestHash, orderId, answer, ageMs: Number(age ?? 0) } };
}

export function createIdempotencyRepository(sql: Sql) {
  const find = batcher<{ userId: string; key: string }, Found>({
    max: 64,
    concurrency: 2,
    run: async (lookups) => {
      const { rows } = await sql.query<Row>({
        name: 'idempotency-find',
        text: `SELECT i.request_hash, i.order_id, i.status, i.body, extract(epoch FROM clock_timestamp() - i.created_at) * 1000 AS age_ms,
            clock_timestamp() AS now, EXISTS (SELECT FROM erased_accounts e WHERE e.user_id = lookup.user_id) AS erased
          FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS lookup (user_id, key, place)
          LEFT JOIN idempotency i ON i.user_id = lookup.user_id AND i.key = lookup.key AND i.created_at > now() - ${RETENTION}
          ORDER BY lookup.place`,
        values: [lookups.map(({ userId }) => userId), lookups.map(({ key }) => key)],
      });
      return rows.map(toFound);
    },
  });

  /**
   * Marks a request as begun, for work with effects in another service before its commit here. Answers the order id
   * to use: that of an earlier try that died, otherwise the given one. Undefined when another try is running or done.
   */
  async function begin(
    { userId, key, hash }: RequestKey,
    orderId: string,
    abandonedAfterMs: number,
  ): Promise<string | undefined> {
    const { rows } = await sql.query<{ order_id: string }>({
      name: 'idempotency-begin',
      text: `INSERT INTO idempotency (user_id, key, request_hash, order_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, key) DO UPDATE SET created_at = now(), request_hash = EXCLUDED.request_hash, status = NULL, body = NULL, buyer_id = NULL,
          order_id = CASE WHEN idempotency.created_at > now() - ${RETENTION} THEN idempotency.order_id ELSE EXCLUDED.order_id END
        WHERE (idempotency.status IS NULL AND idempotency.request_hash = EXCLUDED.request_hash
            AND idempotency.created_at < now() - $5::float8 * interval '1 millisecond')
          OR idempotency.created_at <= now() - ${RETENTION}
        RETURNING order_id`,
      values: [userId, key, hash, orderId, abandonedAfterMs],
    });
    return rows[0]?.order_id;
  }

  /** Deletes a request that was refused; a refusal had no effect under its order id. */
  async function forget({ userId, key }: RequestKey): Promise<void> {
    await sql.query({
      name: 'idempotency-forget',
      text: 'DELETE FROM idempotency WHERE user_id = $1 AND key = $2 AND status IS NULL',
      values: [userId, key],
    });
  }

  /**
   * Lets the next request with this key begin at once. It reuses the order id, because this request may have had
   * effects under it.
   */
  async function abandon({ userId, key }: RequestKey): Promise<void> {
    await sql.query({
      name: 'idempotency-abandon',
      text: `UPDATE idempotency SET created_at = created_at - interval '1 hour' WHERE user_id = $1 AND key = $2 AND status IS NULL`,
      values: [userId, key],
    });
  }

  /**
   * Claims the key in the transaction of the effect, before the effect. A request with the same key at another process
   * waits here until this transaction ends. False when an answer is stored, or when another try is running or done.
   */
  async function claim(
    session: SqlSession,
    { userId, key, hash }: RequestKey,
    orderId: string,
  ): Promise<boolean> {
    const { rowCount } = await session.query({
      name: 'idempotency-claim',
      text: `INSERT INTO idempotency (user_id, key, request_hash, order_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, key) DO UPDATE SET request_hash = EXCLUDED.request_hash, order_id = EXCLUDED.order_id,
          status = NULL, body = NULL, buyer_id = NULL, created_at = now()
        WHERE ${MAY_TAKE}`,
      values: [userId, key, hash, orderId],
    });
    return rowCount === 1;
  }

  /**
   * Stores the answer in the transaction of the effect. The answer shows the address of `buyerId`, who need not have sent the
   * request. False when another request with this key stored its answer first.
   */
  async function store(
    session: SqlSession,
    { userId, key, hash }: RequestKey,
    { orderId, buyerId }: { orderId: string; buyerId: string },
    answer: StoredResponse,
  ): Promise<boolean> {
    const { rowCount } = await session.query({
      name: 'idempotency-store',
      text: `INSERT INTO idempotency (user_id, key, request_hash, order_id, status, body, buyer_id)
        VALUES ($1::uuid, $2, $3, $4, $5, $6, NULLIF($7::uuid, $1::uuid))
        ON CONFLICT (user_id, key) DO UPDATE SET request_hash = EXCLUDED.request_hash, order_id = EXCLUDED.order_id,
          status = EXCLUDED.status, body = EXCLUDED.body, buyer_id = EXCLUDED.buyer_id, created_at = now()
        WHERE ${MAY_TAKE}`,
      values: [userId, key, hash, orderId, answer.status, JSON.stringify(answer.body), buyerId],
    });
    return rowCount === 1;
  }

  /** Deletes rows older than 24 hours. */
  const deleteOld = (signal?: AbortSignal) => purge(sql, oldAnswers, signal);

  return {
    /**
     * The stored request, if any, the database's clock in milliseconds, and whether the account is erased. Simultaneous
     * look-ups share one statement.
     */
    find: (userId: string, key: string): Promise<Found> => find({ userId, key }),
    begin,
    forget,
    abandon,
    claim,
    store,
    deleteOld,
  };
}
export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>;
