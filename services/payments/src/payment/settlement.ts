import { newEvent } from '@bramble/service-kit/events/events';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { PostgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import type { Sql, SqlTransaction } from '@bramble/service-kit/stores/postgres';
import { createAttemptRepository, NOT_CAPTURED } from './attempt.repository';
import type { Verdict } from '../provider/provider';
import { attemptEvent } from './payment.events';
import { createRefundRepository } from './refund.repository';

const UNIQUE_VIOLATION = '23505';

/**
 * The one door through which an outcome becomes known, for the reply of a call, a look-up and a webhook alike. The
 * first to arrive is recorded with its event; the same outcome again changes nothing. Money that came in although the
 * attempt had failed or the order was paid is owed back at once.
 */
export function createSettlement({ sql, outbox }: { sql: Sql; outbox: PostgresOutbox }) {
  /** A capture that found no place: its attempt ends failed, its money is refunded. */
  const giveBack = async (tx: SqlTransaction, verdict: Verdict): Promise<void> => {
    const attempts = createAttemptRepository(tx);
    const attempt = await attempts.find(verdict.id);
    if (!attempt || attempt.status === 'succeeded') return;
    await attempts.settle([{ ...verdict, captured: false, reason: NOT_CAPTURED.paid }]);
    await attempts.refer(verdict.id, verdict.reference);
    const { id, orderId, amount, currency, correlationId, traceparent } = attempt;
    const refunds = createRefundRepository(tx);
    await refunds.request([
      {
        id,
        orderId,
        attemptId: id,
        amount,
        currency,
        reason: attempt.reason ?? NOT_CAPTURED.paid,
        announce: false,
        correlationId,
        traceparent,
      },
    ]);
    // Nobody has it in hand: the next sweep takes it.
    await refunds.postpone([id], 0);
  };

  const record = (verdicts: readonly Verdict[]) =>
    sql.transaction(async (tx) => {
      const settled = await createAttemptRepository(tx).settle(verdicts);
      const done = new Set(settled.map(({ id }) => id));
      for (const verdict of verdicts)
        if (verdict.captured && !done.has(verdict.id)) await giveBack(tx, verdict);
      if (settled.length > 0)
        await outbox.append(
          tx,
          settled.map((attempt) => newEvent(attemptEvent(attempt), attempt)),
        );
    });

  const settle = batcher<Verdict, void>({
    max: 128,
    concurrency: 2,
    run: async (verdicts) => {
      const once = [...new Map(verdicts.map((verdict) => [verdict.id, verdict])).values()];
      try {
        await record(once);
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
        // Two captures of one order in one batch: one after the other, the second finds the first.
        for (const verdict of once) await record([verdict]);
      }
      return verdicts.map(() => undefined);
    },
  });
  return { settle };
}
export type Settlement = ReturnType<typeof createSettlement>;
