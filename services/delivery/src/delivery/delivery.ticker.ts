import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import { type Pace, stepped } from './delivery.document';
import { createDeliveryRepository, type DeliveryRepository } from './delivery.repository';

const BATCH = 256;

export interface TickerDependencies {
  store: UnitStore<MongoTransaction>;
  deliveries: DeliveryRepository;
  pace: Pace;
}

/**
 * The demo courier: takes the steps that are due. Timers are stored in the documents, so they survive a restart. A
 * concurrent step or release conflicts, and the transaction is repeated on the new state.
 */
export function createTicker({ store, deliveries, pace }: TickerDependencies) {
  /** Takes every due step. The first read is outside of a transaction, so that an idle shop opens none. */
  async function run(signal: AbortSignal): Promise<void> {
    if ((await deliveries.due(new Date(), pace, 1)).length === 0) return;
    let count = BATCH;
    while (count === BATCH && !signal.aborted) count = await stepDue();
  }

  function stepDue(): Promise<number> {
    return store.transaction(async (unit) => {
      const inTx = createDeliveryRepository(unit.tx);
      const at = new Date();
      const due = await inTx.due(at, pace, BATCH);
      const steps = due.map((document) => stepped(document, at, pace)).filter((step) => step !== undefined);
      await inTx.save(steps.map(({ document }) => document));
      for (const { document, announcement } of steps)
        if (announcement)
          unit.publish([{ type: announcement, payload: { orderId: document._id } }], document.origin);
      return due.length;
    });
  }

  return { run };
}
