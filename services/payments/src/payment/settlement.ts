import { batcher } from '@bramble/service-kit/base/batcher';
import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/postgres';
import type { Verdict } from '../provider/provider';
import { createAttemptRepository, NOT_CAPTURED } from './attempt.repository';
import { attemptEvent } from './payment.events';
import { createRefundRepository } from './refund.repository';

const UNIQUE_VIOLATION = '23505';

/**
 * The one place where an outcome is recorded, whether it comes as the reply of a call, from a look-up or by a webhook. The
 * first to arrive is recorded with its event; the same outcome again changes nothing. Money that came in although the
 * attempt had failed or the order was paid is refunded.
 */
export function createSettlement({ store }: { store: UnitStore<SqlTransaction> }) {
  function record(verdicts: readonly Verdict[]): Promise<void> {
    return store.transaction(async (unit) => {
      const settled = await createAttemptRepository(unit.tx).settle(verdicts);
      const done = new Set(settled.map(({ id }) => id));
      for (const verdict of verdicts)
        if (verdict.captured && !done.has(verdict.id)) await refundCapture(unit.tx, verdict);
      for (const attempt of settled) unit.publish([attemptEvent(attempt)], attempt);
    });
  }

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

/** A capture that its order cannot take: the attempt ends as failed, and the money is refunded. */
async function refundCapture(tx: SqlTransaction, verdict: Verdict): Promise<void> {
  const attempts = createAttemptRepository(tx);
  const attempt = await attempts.find(verdict.id);
  if (!attempt || attempt.status === 'succeeded') return;
  await attempts.settle([{ ...verdict, captured: false, reason: NOT_CAPTURED.paid }]);
  await attempts.setReference(verdict.id, verdict.reference);
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
  // No process works on it yet: the next sweep takes it up.
  await refunds.postpone([id], 0);
}
