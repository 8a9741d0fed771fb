import { newEvent } from '@bramble/service-kit/events/events';
import { backoff } from '@bramble/service-kit/runtime/clock';
import type { PostgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { refundEvent } from './payment.events';
import type { ProviderCalls } from './provider-calls';
import { createRefundRepository, type Refund } from './refund.repository';

/** A refund may be asked for before its capture is settled; then it waits for it. */
const NO_CAPTURE_SECONDS = 2;

/** Gives money back, again and again with the same key until the provider confirms it. */
export function createRefundService({
  sql,
  outbox,
  calls,
}: {
  sql: Sql;
  outbox: PostgresOutbox;
  calls: ProviderCalls;
}) {
  const refunds = createRefundRepository(sql);

  /** Also the way of a webhook; whoever comes second changes nothing. */
  const settle = (id: string, reference: string) =>
    sql.transaction(async (tx) => {
      const settled = await createRefundRepository(tx).settle(id, reference);
      if (settled?.announce) await outbox.append(tx, [newEvent(refundEvent(settled), settled)]);
    });

  return {
    settle,
    async run({ id }: Pick<Refund, 'id'>): Promise<void> {
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
    },
  };
}
export type RefundService = ReturnType<typeof createRefundService>;
