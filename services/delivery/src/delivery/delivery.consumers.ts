import type { AnyEvent } from '@bramble/contracts/events';
import { newEvent } from '@bramble/service-kit/events/events';
import { freshMongoEvents } from '@bramble/service-kit/events/mongo-outbox';
import { onPaid, onReleased } from './delivery.decisions';
import type { DeliveryDocument } from './delivery.document';
import type { DeliveryParts } from './delivery.parts';

export const GROUP = 'delivery';

/** Takes a batch of the orders' events in one transaction: read the deliveries, decide in order, write what changed. */
export function createDeliveryConsumer({ mongo, deliveries, outbox, pace }: DeliveryParts) {
  return (events: AnyEvent[]): Promise<void> =>
    mongo.transaction(async (session) => {
      const fresh = await freshMongoEvents(mongo, session, GROUP, events);
      const commands = fresh.filter(({ type }) => type === 'order.paid' || type === 'order.released');
      if (commands.length === 0) return;
      const known = await deliveries.findAll([...new Set(commands.map(({ key }) => key))], session);
      const changed = new Map<string, DeliveryDocument>();
      const answers: AnyEvent[] = [];
      const at = new Date();
      for (const event of commands) {
        if (event.type !== 'order.paid' && event.type !== 'order.released') continue;
        const before = known.get(event.payload.orderId);
        const decision =
          event.type === 'order.paid' ? onPaid(before, event, at, pace) : onReleased(before, event, at, pace);
        answers.push(...decision.answers.map((answer) => newEvent(answer, event)));
        if (decision.document === before) continue;
        known.set(decision.document._id, decision.document);
        changed.set(decision.document._id, decision.document);
      }
      await deliveries.save([...changed.values()], session);
      await outbox.append(session, answers);
    });
}
