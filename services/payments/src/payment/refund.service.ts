import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { backoff } from '@bramble/service-kit/runtime/clock';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import type { RefundOutcome, RefundReply } from '../provider/provider';
import { refundEvent, refundFailedEvent } from './payment.events';
import type { ProviderCalls } from './provider-calls';
import { createRefundRepository, type Refund, type RefundRepository } from './refund.repository';

/** A refund may be requested before its capture is settled; then it waits for the capture. */
const NO_CAPTURE_SECONDS = 2;
/** The provider notifies what became of a pending refund; this is for a notification that was lost. */
const PENDING_SECONDS = 600;
/** A refund fails for reasons that last, such as a closed account or a balance that is too low. */
const FAILED_SECONDS = 3_600;

export interface RefundDependencies {
  store: UnitStore<SqlTransaction>;
  refunds: RefundRepository;
  calls: ProviderCalls;
  log: Logger;
}

/** Runs refunds, repeated with the same key until the provider confirms them. */
export function createRefundService({ store, refunds, calls, log }: RefundDependencies) {
  /** Records a confirmed refund, from the provider's reply or its webhook; the later one has no effect. */
  function settle(id: string, reference: string): Promise<void> {
    return store.transaction(async (unit) => {
      const settled = await createRefundRepository(unit.tx).settle(id, reference);
      if (settled?.announce) unit.publish([refundEvent(settled)], settled);
    });
  }

  /** Schedules a failed refund again; publishes payment.refund_failed if its success was published. */
  async function fail(id: string, reference: string, reason: string): Promise<void> {
    await store.transaction(async (unit) => {
      const inTx = createRefundRepository(unit.tx);
      const isNew = await inTx.rememberFailed(id, reference);
      const failed = await inTx.fail(id, { reference, reason, isNew }, FAILED_SECONDS);
      if (!failed) return;
      if (failed.wasPublished && failed.announce) unit.publish([refundFailedEvent(failed, reason)], failed);
      unit.afterCommit(() =>
        log.error({ order_id: failed.orderId, refund_id: id, reason }, 'a refund failed at the provider'),
      );
    });
  }

  /** Records what the provider says of a refund, in a reply or a notification. Notifications come in any order. */
  async function record(id: string, outcome: RefundOutcome): Promise<void> {
    if (outcome.status === 'succeeded') await settle(id, outcome.reference);
    else if (outcome.status === 'failed') await fail(id, outcome.reference, outcome.reason);
    else await refunds.keepPending(id, outcome.reference, PENDING_SECONDS);
  }

  /** Records a reply, with the failures that it found: their notifications may be under way, or lost. */
  async function recordReply(
    id: string,
    { failedBefore = [], amount: _, ...outcome }: RefundReply,
  ): Promise<void> {
    if (failedBefore.length > 0) await refunds.supersede(id, failedBefore);
    await record(id, outcome);
  }

  async function run({ id }: Pick<Refund, 'id'>): Promise<void> {
    const refund = await refunds.begin(id);
    if (!refund) return void (await refunds.postpone([id], NO_CAPTURE_SECONDS));
    const { orderId, amount, currency, captureKey, captureReference, tries } = refund;
    const done = await calls.refund({
      key: id,
      orderId,
      amount,
      currency,
      capture: { key: captureKey, reference: captureReference },
    });
    if (done && done.amount < amount)
      log.warn(
        { order_id: orderId, refund_id: id, amount, given: done.amount },
        'the provider had refunded a part of this already',
      );
    if (done) await recordReply(id, done);
    else await refunds.postpone([id], backoff(tries, { base: 1_000, max: 15_000 }) / 1000);
  }

  return { record, run };
}
export type RefundService = ReturnType<typeof createRefundService>;
