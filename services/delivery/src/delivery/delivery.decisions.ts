import type { EventDraft, EventName, EventOf } from '@bramble/contracts/events';
import {
  type Announcement,
  announcementOf,
  type DeliveryDocument,
  moved,
  type Pace,
  started,
  tombstone,
} from './delivery.document';

/** An event for orders, without its envelope. */
export type DeliveryEvent = EventDraft<Extract<EventName, `delivery.${string}`>>;
export interface Decision {
  /** The delivery to store; the same object when nothing changes. */
  document: DeliveryDocument;
  answers: DeliveryEvent[];
}

const stopped = (orderId: string, delivered: boolean): DeliveryEvent => ({
  type: 'delivery.stopped',
  payload: { orderId, delivered },
});

/**
 * order.paid starts a delivery, unless the order was released before. A repeated order.paid publishes all reached
 * states again, in case an event was lost.
 */
export function onPaid(
  document: DeliveryDocument | undefined,
  event: EventOf<'order.paid'>,
  at: Date,
  pace: Pace,
): Decision {
  const { orderId, userId } = event.payload;
  const announce = (type: Announcement): DeliveryEvent => ({ type, payload: { orderId } });
  if (!document) return { document: started(event, at, pace), answers: [announce('delivery.started')] };
  const known = document.userId === undefined ? { ...document, userId } : document;
  if (document.status === 'STOPPED') return { document: known, answers: [stopped(orderId, false)] };
  const reached = document.timeline.map(({ status }) => announcementOf(status));
  return { document: known, answers: reached.filter((type) => type !== undefined).map(announce) };
}

/** order.released stops an unfinished delivery and tells orders whether the parcel had arrived. */
export function onReleased(
  document: DeliveryDocument | undefined,
  event: EventOf<'order.released'>,
  at: Date,
  pace: Pace,
): Decision {
  const { orderId } = event.payload;
  const answers = [stopped(orderId, document?.status === 'DELIVERED')];
  if (!document) return { document: tombstone(orderId, at), answers };
  if (document.status === 'DELIVERED' || document.status === 'STOPPED') return { document, answers };
  return { document: moved(document, 'STOPPED', at, pace), answers };
}
