import type { EventDraft } from '@bramble/contracts/events';
import {
  paidEvent,
  paymentRequestedEvent,
  placedEvent,
  refundRequestedEvent,
  releasedEvent,
} from './order.events';
import type { Obligation, ObligationKind, OrderState } from './order.types';

/** How long a step may stay unanswered before it is sent again, in milliseconds. */
export const RESEND_MS = 30_000;
/** How often `order.placed` is sent again before the order fails: at 30, 60 and 90 s, so that 120 s is the end. */
export const PLACED_RESENDS = 3;
/** How long past its reservation an order waits for a capture whose outcome is not known yet. */
export const UNSETTLED_GRACE_MS = 30_000;

/** What is sent again for each kind of obligation. Undefined when there is nothing left to send. */
export const reminders: Readonly<
  Record<ObligationKind, (order: OrderState, obligation: Obligation) => EventDraft | undefined>
> = {
  reserve: placedEvent,
  pay: paymentRequestedEvent,
  commit: paidEvent,
  deliver: paidEvent,
  release: releasedEvent,
  stop: releasedEvent,
  refund: (order, obligation) => {
    const refund = order.refunds.find(({ id }) => id === obligation.ref);
    return refund && refundRequestedEvent(order, refund);
  },
};

/** When a reserved order ends without money: at its deadline, or 30 s later while a capture is unsettled. */
export const expiryOf = (order: OrderState): number | undefined =>
  order.status === 'RESERVED'
    ? order.expiresAt + (order.capture === 'pending' ? UNSETTLED_GRACE_MS : 0)
    : undefined;

const earliest = (times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** When the reconciler has to look at the order next; undefined when nothing is owed. */
export const dueAtOf = (order: OrderState): number | undefined =>
  earliest([...order.obligations.map((obligation) => obligation.dueAt), expiryOf(order)]);

/** From when on the order counts as overdue: its step was sent again and still is not answered. */
export const overdueAtOf = (order: OrderState): number | undefined => {
  const expiry = expiryOf(order);
  return earliest([
    ...order.obligations.map((obligation) => obligation.since + RESEND_MS),
    expiry === undefined ? undefined : expiry + RESEND_MS,
  ]);
};
