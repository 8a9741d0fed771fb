import type { SqlSession } from '@bramble/service-kit/stores/sql';
import type { AttemptOutcome } from '../provider/provider';
import { createLeases, LEASE_END } from './lease.repository';

export interface Attempt {
  id: string;
  orderId: string;
  userId: string;
  attempt: number;
  key: string;
  amount: number;
  currency: string;
  token: string;
  status: 'pending' | 'succeeded' | 'failed';
  reason: string | null;
  reference: string | null;
  tries: number;
  correlationId: string;
  traceparent: string;
  createdAt: Date;
}
export type NewAttempt = Pick<
  Attempt,
  | 'id'
  | 'orderId'
  | 'userId'
  | 'attempt'
  | 'key'
  | 'amount'
  | 'currency'
  | 'token'
  | 'correlationId'
  | 'traceparent'
>;

/** Reasons for which an attempt fails without a call to the provider. */
export const NOT_CAPTURED = { released: 'order_released', paid: 'already_captured' } as const;

const columns = (alias: string) =>
  `${alias}.id, ${alias}.order_id AS "orderId", ${alias}.user_id AS "userId", ${alias}.attempt, ${alias}.key, ${alias}.amount,
   ${alias}.currency, ${alias}.token, ${alias}.status, ${alias}.reason, ${alias}.reference, ${alias}.tries,
   ${alias}.correlation_id AS "correlationId", ${alias}.traceparent, ${alias}.created_at AS "createdAt"`;

/** Attempts to capture. These statements run for every order, so they work on batches. */
export function createAttemptRepository(session: SqlSession) {
  const run = async <T extends object>(name: string, text: string, values: unknown[]) =>
    (await session.query<T>({ name: `attempt-${name}`, text, values })).rows;

  /**
   * Inserts new attempts and answers every attempt as it is stored. An attempt fails at once when its order was
   * released, and succeeds at once when its amount is zero.
   */
  function request(attempts: readonly NewAttempt[]) {
    return run<Attempt & { fresh: boolean }>(
      'request',
      `WITH given AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::bigint[], $7::text[],
                              $8::text[], $9::text[], $10::text[])
           AS g(id, order_id, user_id, attempt, key, amount, currency, token, correlation_id, traceparent)),
       fresh AS (
         INSERT INTO payment_attempts AS p
           (id, order_id, user_id, attempt, key, amount, currency, token, correlation_id, traceparent,
            status, reason, settled_at, claimed_until)
         SELECT g.*, CASE WHEN r.order_id IS NOT NULL THEN 'failed' WHEN g.amount = 0 THEN 'succeeded' ELSE 'pending' END,
                CASE WHEN r.order_id IS NOT NULL THEN '${NOT_CAPTURED.released}' END,
                CASE WHEN r.order_id IS NOT NULL OR g.amount = 0 THEN now() END,
                ${LEASE_END}
         FROM given g LEFT JOIN released_orders r ON r.order_id = g.order_id
         ORDER BY g.order_id, g.attempt
         ON CONFLICT DO NOTHING RETURNING ${columns('p')})
       SELECT *, true AS fresh FROM fresh
       UNION ALL
       SELECT ${columns('p')}, false FROM payment_attempts p JOIN given g ON g.order_id = p.order_id AND g.attempt = p.attempt`,
      [
        attempts.map(({ id }) => id),
        attempts.map(({ orderId }) => orderId),
        attempts.map(({ userId }) => userId),
        attempts.map(({ attempt }) => attempt),
        attempts.map(({ key }) => key),
        attempts.map(({ amount }) => amount),
        attempts.map(({ currency }) => currency),
        attempts.map(({ token }) => token),
        attempts.map(({ correlationId }) => correlationId),
        attempts.map(({ traceparent }) => traceparent),
      ],
    );
  }

  function release(orderIds: readonly string[]) {
    return run(
      'release',
      `INSERT INTO released_orders (order_id) SELECT id FROM unnest($1::uuid[]) AS g(id) ORDER BY id
       ON CONFLICT DO NOTHING`,
      [orderIds],
    );
  }

  async function isReleased(orderId: string) {
    const found = await run('is-released', 'SELECT 1 FROM released_orders WHERE order_id = $1', [orderId]);
    return found.length > 0;
  }

  /**
   * Marks attempts as about to reach the provider. An attempt that never reached it is left out when its order was
   * released or paid, or has an earlier unsettled attempt.
   */
  function begin(ids: readonly string[]) {
    return run<Attempt>(
      'begin',
      `UPDATE payment_attempts p
       SET tries = p.tries + 1, claimed_until = ${LEASE_END}
       FROM unnest($1::uuid[]) AS g(id)
       WHERE p.id = g.id AND p.status = 'pending'
         AND (p.tries > 0 OR NOT (
           EXISTS (SELECT 1 FROM released_orders r WHERE r.order_id = p.order_id)
           OR EXISTS (SELECT 1 FROM payment_attempts o WHERE o.order_id = p.order_id AND o.id <> p.id
                      AND (o.status = 'succeeded' OR (o.status = 'pending' AND o.attempt < p.attempt)))))
       RETURNING ${columns('p')}`,
      [ids],
    );
  }

  /** The attempts among those left out by `begin` that can never start, with the reason. */
  function blocked(ids: readonly string[]) {
    return run<{ id: string; reason: string }>(
      'blocked',
      `SELECT id, reason FROM (
         SELECT p.id, CASE
           WHEN EXISTS (SELECT 1 FROM released_orders r WHERE r.order_id = p.order_id) THEN '${NOT_CAPTURED.released}'
           WHEN EXISTS (SELECT 1 FROM payment_attempts o WHERE o.order_id = p.order_id AND o.status = 'succeeded')
             THEN '${NOT_CAPTURED.paid}' END AS reason
         FROM payment_attempts p WHERE p.id = ANY($1::uuid[]) AND p.status = 'pending' AND p.tries = 0) AS left_out
       WHERE reason IS NOT NULL`,
      [ids],
    );
  }

  /**
   * Records the outcomes of pending attempts, clears the tokens of their cards, and answers those that this call settled.
   * A second capture of an order is left out.
   */
  function settle(outcomes: readonly AttemptOutcome[]) {
    return run<Attempt>(
      'settle',
      `UPDATE payment_attempts p
       SET status = CASE WHEN g.captured THEN 'succeeded' ELSE 'failed' END, reason = g.reason,
           amount = CASE WHEN g.waived THEN 0 ELSE p.amount END,
           reference = coalesce(g.reference, p.reference), token = '', settled_at = now()
       FROM unnest($1::uuid[], $2::boolean[], $3::text[], $4::text[], $5::boolean[])
         AS g(id, captured, reason, reference, waived)
       WHERE p.id = g.id AND p.status = 'pending'
         AND NOT (g.captured AND EXISTS (
           SELECT 1 FROM payment_attempts o WHERE o.order_id = p.order_id AND o.status = 'succeeded'))
       RETURNING ${columns('p')}`,
      [
        outcomes.map(({ id }) => id),
        outcomes.map(({ captured }) => captured),
        outcomes.map(({ reason }) => reason),
        outcomes.map(({ reference }) => reference),
        outcomes.map(({ waived }) => waived === true),
      ],
    );
  }

  /** Stores the provider's reference of an attempt that was settled without it. */
  function setReference(id: string, reference: string | null) {
    return run(
      'set-reference',
      'UPDATE payment_attempts SET reference = coalesce(reference, $2) WHERE id = $1',
      [id, reference],
    );
  }

  function ofOrders(orderIds: readonly string[]) {
    return run<Attempt>(
      'of-orders',
      `SELECT ${columns('p')} FROM payment_attempts p WHERE p.order_id = ANY($1::uuid[]) ORDER BY p.order_id, p.attempt`,
      [orderIds],
    );
  }

  async function find(id: string) {
    const [attempt] = await run<Attempt>(
      'find',
      `SELECT ${columns('p')} FROM payment_attempts p WHERE id = $1`,
      [id],
    );
    return attempt;
  }

  return {
    request,
    release,
    isReleased,
    begin,
    blocked,
    ...createLeases<Attempt>(session, { table: 'payment_attempts', columns: columns('t') }),
    settle,
    setReference,
    ofOrders,
    find,
  };
}
export type AttemptRepository = ReturnType<typeof createAttemptRepository>;
