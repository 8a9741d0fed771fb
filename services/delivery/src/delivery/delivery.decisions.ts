import type { AnyEvent, EventName, EventOf } from '@bramble/contracts/events';
import { announcementOf } from './delivery.states';
import { moved, started, tombstone, type DeliveryDocument, type Pace } from './delivery.document';

/** A fact that delivery owes the orders, before it has its envelope. */
export interface Answer {
  type: Extract<EventName, `delivery.${string}`>;
  orderId: string;
  delivered: boolean;
  cause: AnyEvent;
}
export interface Decision {
  /** The delivery as it is to be stored; the same object when nothing changes. */
  document: DeliveryDocument;
  answers: Answer[];
}

/**
 * order.paid starts a delivery, unless the order was released before. Heard again, it answers all that the delivery
 * has reached, so that a lost answer is made good.
 */
export function onPaid(
  document: DeliveryDocument | undefined,
  event: EventOf<'order.paid'>,
  at: Date,
  pace: Pace,
): Decision {
  const { orderId, userId } = event.payload;
  const answer = (type: Answer['type']): Answer => ({ type, orderId, delivered: false, cause: event });
  if (!document) return { document: started(event, at, pace), answers: [answer('delivery.started')] };
  const known = document.userId === undefined ? { ...document, userId } : document;
  if (document.status === 'STOPPED') return { document: known, answers: [answer('delivery.stopped')] };
  const reached = document.timeline.map(({ status }) => announcementOf(status));
  return { document: known, answers: reached.filter((type) => type !== undefined).map(answer) };
}

/** order.released stops a delivery that is not over, and says whether the parcel had arrived. */
export function onReleased(
  document: DeliveryDocument | undefined,
  event: EventOf<'order.released'>,
  at: Date,
  pace: Pace,
): Decision {
  const { orderId } = event.payload;
  const answers = (delivered: boolean): Answer[] => [
    { type: 'delivery.stopped', orderId, delivered, cause: event },
  ];
  if (!document) return { document: tombstone(orderId, at), answers: answers(false) };
  if (document.status === 'DELIVERED') return { document, answers: answers(true) };
  if (document.status === 'STOPPED') return { document, answers: answers(false) };
  return { document: moved(document, 'STOPPED', at, pace), answers: answers(false) };
}
