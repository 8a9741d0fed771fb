import { newEvent } from '@bramble/service-kit/events/events';
import { currentContext, withContext } from '@bramble/service-kit/base/request-context';
import { stepped } from './delivery.document';
import type { DeliveryParts } from './delivery.parts';

const BATCH = 256;

/**
 * The demo courier: takes the steps whose time has come. The timers are in the documents, so they outlive the process;
 * a second ticker or a release at the same time conflicts in its transaction and is repeated on what stands then.
 */
export function createTicker({ mongo, deliveries, outbox, pace }: DeliveryParts) {
  const tick = (): Promise<number> =>
    mongo.transaction(async (session) => {
      const at = new Date();
      const due = await deliveries.due(at, BATCH, session);
      const steps = due.map((document) => stepped(document, at, pace)).filter((step) => step !== undefined);
      await deliveries.save(
        steps.map(({ document }) => document),
        session,
      );
      await outbox.append(
        session,
        steps.flatMap(({ document: { _id: orderId, origin }, announcement }) =>
          announcement === undefined
            ? []
            : withContext(origin ?? currentContext(), () => [
                newEvent({ type: announcement, payload: { orderId } }),
              ]),
        ),
      );
      return due.length;
    });

  return {
    /** Takes every step that is due now. The look before spares an idle shop its transactions. */
    async run(signal: AbortSignal): Promise<void> {
      if ((await deliveries.due(new Date(), 1)).length === 0) return;
      let taken = BATCH;
      while (taken === BATCH && !signal.aborted) taken = await tick();
    },
  };
}
