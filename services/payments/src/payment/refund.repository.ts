import type { SqlSession } from '@bramble/service-kit/stores/sql';
import { createLeases, LEASE_END } from './lease.repository';

export interface Refund {
  id: string;
  orderId: string;
  amount: number;
  currency: string;
  status: 'pending' | 'succeeded' | 'failed';
  announce: boolean;
  tries: number;
  correlationId: string;
  traceparent: string;
}
export type NewRefund = Pick<
  Refund,
  'id' | 'orderId' | 'amount' | 'currency' | 'correlationId' | 'traceparent' | 'announce'
> & { attemptId: string | null; reason: string | null };
/** A refund with the capture that it refunds. */
export type StartedRefund = Refund & { captureKey: string; captureReference: string | null };

const columns = (alias: string) =>
  `${alias}.id, ${alias}.order_id AS "orderId", ${alias}.amount, ${alias}.currency, ${alias}.status, ${alias}.announce, ${alias}.tries,
   ${alias}.correlation_id AS "correlationId", ${alias}.traceparent`;

export function createRefundRepository(session: SqlSession) {
  const run = async <T extends object>(name: string, text: string, values: unknown[]) =>
    (await session.query<T>({ name: `refund-${name}`, text, values })).rows;

  /** Inserts new refunds and answers every refund as it is stored. */
  function request(refunds: readonly NewRefund[]) {
    return run<Refund & { fresh: boolean }>(
      'request',
      `WITH given AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::boolean[],
                              $8::text[], $9::text[])
           AS g(id, order_id, attempt_id, amount, currency, reason, announce, correlation_id, traceparent)),
       fresh AS (
         INSERT INTO refunds AS r
           (id, order_id, attempt_id, amount, currency, reason, announce, correlation_id, traceparent, claimed_until)
         SELECT g.*, ${LEASE_END} FROM given g ORDER BY g.id
         ON CONFLICT DO NOTHING RETURNING ${columns('r')})
       SELECT *, true AS fresh FROM fresh
       UNION ALL SELECT ${columns('r')}, false FROM refunds r JOIN given g ON g.id = r.id`,
      [
        refunds.map(({ id }) => id),
        refunds.map(({ orderId }) => orderId),
        refunds.map(({ attemptId }) => attemptId),
        refunds.map(({ amount }) => amount),
        refunds.map(({ currency }) => currency),
        refunds.map(({ reason }) => reason),
        refunds.map(({ announce }) => announce),
        refunds.map(({ correlationId }) => correlationId),
        refunds.map(({ traceparent }) => traceparent),
      ],
    );
  }

  /**
   * Finds the capture to refund and marks the refund as about to reach the provider; undefined while there is no
   * capture.
   */
  async function begin(id: string) {
    const [refund] = await run<StartedRefund>(
      'begin',
      `UPDATE refunds r SET tries = r.tries + 1, attempt_id = p.id,
              claimed_until = ${LEASE_END}
       FROM payment_attempts p
       WHERE r.id = $1 AND r.status = 'pending'
         AND (p.id = r.attempt_id OR (r.attempt_id IS NULL AND p.order_id = r.order_id AND p.status = 'succeeded'))
       RETURNING ${columns('r')}, p.key AS "captureKey", p.reference AS "captureReference"`,
      [id],
    );
    return refund;
  }

  /**
   * Remembers a refund of the provider that failed. False when it was remembered before. A failed refund stays failed, and
   * the provider may send its notices in any order, so no later one of them has an effect.
   */
  async function rememberFailed(id: string, reference: string): Promise<boolean> {
    const added = await run(
      'remember-failed',
      `UPDATE refunds SET failed_references = failed_references || $2::text
       WHERE id = $1 AND $2 <> ALL(failed_references) RETURNING id`,
      [id, reference],
    );
    return added.length > 0;
  }

  /**
   * Remembers the failures that a look-up found at the provider. A refund that is pending is no longer known by one of
   * them, so that the outcome of the next one counts.
   */
  function supersede(id: string, failed: readonly string[]) {
    return run(
      'supersede',
      `UPDATE refunds SET failed_references = ARRAY(SELECT DISTINCT unnest(failed_references || $2::text[])),
              reference = CASE WHEN status = 'pending' AND reference = ANY($2::text[]) THEN NULL ELSE reference END
       WHERE id = $1 AND NOT failed_references @> $2::text[]`,
      [id, failed],
    );
  }

  /** Records the provider's reference of a refund that is pending there. */
  function keepPending(id: string, reference: string, seconds: number) {
    return run(
      'keep-pending',
      `UPDATE refunds SET reference = $2, claimed_until = now() + make_interval(secs => $3)
       WHERE id = $1 AND status = 'pending' AND $2 <> ALL(failed_references)`,
      [id, reference, seconds],
    );
  }

  /**
   * Makes a refund that failed at the provider pending again; answers it if this call did so. A notice about an earlier
   * refund of the provider has no effect, nor a repeated one; `isNew` is what `rememberFailed` answered.
   * `wasPublished`: the refund had succeeded, and its success was published.
   */
  async function fail(
    id: string,
    { reference, reason, isNew }: { reference: string; reason: string; isNew: boolean },
    seconds: number,
  ) {
    const [refund] = await run<Refund & { wasPublished: boolean }>(
      'fail',
      `WITH old AS (SELECT id, status, reference FROM refunds WHERE id = $1 FOR UPDATE)
       UPDATE refunds r SET status = 'pending', reference = NULL, reason = $3, settled_at = NULL,
              claimed_until = now() + make_interval(secs => $4)
       FROM old WHERE r.id = old.id
         AND (old.reference = $2 OR ($5::boolean AND old.status = 'pending' AND old.reference IS NULL
              AND r.claimed_until <= ${LEASE_END}))
       RETURNING ${columns('r')}, old.status = 'succeeded' AS "wasPublished"`,
      [id, reference, reason, seconds, isNew],
    );
    return refund;
  }

  /**
   * Records that the money was refunded; answers the refund if this call settled it. A notice of success about a refund
   * that failed since has no effect.
   */
  async function settle(id: string, reference: string) {
    const [refund] = await run<Refund>(
      'settle',
      `UPDATE refunds r SET status = 'succeeded', reference = $2, settled_at = now()
       WHERE r.id = $1 AND r.status = 'pending' AND $2 <> ALL(r.failed_references) RETURNING ${columns('r')}`,
      [id, reference],
    );
    return refund;
  }

  return {
    ...createLeases<Refund>(session, { table: 'refunds', columns: columns('t') }),
    request,
    begin,
    rememberFailed,
    supersede,
    keepPending,
    fail,
    settle,
  };
}
export type RefundRepository = ReturnType<typeof createRefundRepository>;
