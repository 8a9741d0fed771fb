import { batcher } from '@bramble/service-kit/base/batcher';
import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import type { AttemptOutcome } from '../provider/provider';
import { createAttemptRepository, NOT_CAPTURED } from './attempt.repository';
import { attemptEvent } from './payment.events';
import { createRefundRepository } from './refund.repository';

const UNIQUE_VIOLATION = '23505';

/**
 * The one place that records outcomes, from a reply, a look-up or a webhook. The first outcome is recorded with its
 * event; repetitions have no effect. A capture is refunded when its attempt had failed or its order was paid.
 */
export function createSettlement({ store }: { store: UnitStore<SqlTransaction> }) {
  function record(outcomes: readonly AttemptOutcome[]): Promise<void> {
    return store.transaction(async (unit) => {
      const settled = await createAttemptRepository(unit.tx).settle(outcomes);
      const done = new Set(settled.map(({ id }) => id));
      for (const outcome of outcomes)
        if (outcome.captured && !done.has(outcome.id)) await refundCapture(unit.tx, outcome);
      for (const attempt of settled) unit.publish([attemptEvent(attempt)], attempt);
    });
  }

  const settle = batcher<AttemptOutcome, void>({
    max: 128,
    concurrency: 2,
    run: async (outcomes) => {
      const unique = [...new Map(outcomes.map((outcome) => [outcome.id, outcome])).values()];
      try {
        await record(unique);
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
        // The batch held two captures of one order: recorded one after the other, the second finds the first.
        for (const outcome of unique) await record([outcome]);
      }
      return outcomes.map(() => undefined);
    },
  });
  return { settle };
}
export type Settlement = ReturnType<typeof createSettlement>;

/** Fails the attempt of a capture that its order cannot accept, and requests the refund. */
async function refundCapture(tx: SqlTransaction, outcome: AttemptOutcome): Promise<void> {
  const attempts = createAttemptRepository(tx);
  const attempt = await attempts.find(outcome.id);
  if (!attempt || attempt.status === 'succeeded') return;
  await attempts.settle([{ ...outcome, captured: false, waived: false, reason: NOT_CAPTURED.paid }]);
  if (outcome.waived) return;
  await attempts.setReference(outcome.id, outcome.reference);
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
  // No process holds the lease, so the next sweep runs the refund.
  await refunds.postpone([id], 0);
}
