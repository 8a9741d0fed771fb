import type { UnitStore } from '@bramble/service-kit/events/unit';
import { backoff } from '@bramble/service-kit/runtime/clock';
import type { SqlTransaction } from '@bramble/service-kit/stores/postgres';
import { refundEvent } from './payment.events';
import type { ProviderCalls } from './provider-calls';
import { createRefundRepository, type Refund, type RefundRepository } from './refund.repository';

/** A refund may be requested before its capture is settled; then it waits for the capture. */
const NO_CAPTURE_SECONDS = 2;

export interface RefundDependencies {
  store: UnitStore<SqlTransaction>;
  refunds: RefundRepository;
  calls: ProviderCalls;
}

/** Runs refunds, repeated with the same key until the provider confirms them. */
export function createRefundService({ store, refunds, calls }: RefundDependencies) {
  /** Records a confirmed refund, from the provider's reply or its webhook; the later one has no effect. */
  function settle(id: string, reference: string): Promise<void> {
    return store.transaction(async (unit) => {
      const settled = await createRefundRepository(unit.tx).settle(id, reference);
      if (settled?.announce) unit.publish([refundEvent(settled)], settled);
    });
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
    if (done) await settle(id, done.reference);
    else await refunds.postpone([id], backoff(tries, { base: 1_000, max: 15_000 }) / 1000);
  }

  return { settle, run };
}
export type RefundService = ReturnType<typeof createRefundService>;
