import type { EventDraft } from '@bramble/contracts/events';
import {
  discountReturnEvent,
  paidEvent,
  paymentRequestedEvent,
  placedEvent,
  refundRequestedEvent,
  releasedEvent,
} from './order.events';
import type { Obligation, ObligationKind, OrderState } from './order.types';

/** Milliseconds without an answer after which a step is sent again. */
export const RESEND_MS = 30_000;
/** How often `order.placed` is sent again before the order fails: at 30, 60 and 90 s, so that 120 s is the end. */
export const PLACED_RESENDS = 3;
/** Milliseconds after the end of its reservation that an order waits for a capture whose outcome is not known. */
const UNSETTLED_GRACE_MS = 30_000;

/** Milliseconds that a reservation lasts at most after a decline: enough for another card, too short for hoarding. */
export const DECLINED_TTL_MS = 120_000;

/** The event that is sent again for each kind of obligation; undefined when there is nothing to send. */
export const reminders: Readonly<
  Record<ObligationKind, (order: OrderState, obligation: Obligation) => EventDraft | undefined>
> = {
  reserve: placedEvent,
  pay: paymentRequestedEvent,
  commit: paidEvent,
  deliver: paidEvent,
  release: releasedEvent,
  stop: releasedEvent,
  void: releasedEvent,
  discount: discountReturnEvent,
  refund: (order, obligation) => {
    const refund = order.refunds.find(({ id }) => id === obligation.ref);
    return refund && refundRequestedEvent(order, refund);
  },
};

/** When a reserved order ends unpaid, in ms: at its deadline, or 30 s later while a capture is unsettled. */
export const expiryOf = (order: OrderState): number | undefined =>
  order.status === 'RESERVED'
    ? order.expiresAt + (order.capture === 'pending' ? UNSETTLED_GRACE_MS : 0)
    : undefined;

const earliest = (times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** When the reconciler next has to act on the order, in ms; undefined when nothing is due. */
export const dueAtOf = (order: OrderState): number | undefined =>
  earliest([...order.obligations.map((obligation) => obligation.dueAt), expiryOf(order)]);

/** The time in ms from which the order counts as overdue: a step was sent again and is still unanswered. */
export const overdueAtOf = (order: OrderState): number | undefined => {
  const expiry = expiryOf(order);
  return earliest([
    ...order.obligations.map((obligation) => obligation.since + RESEND_MS),
    expiry === undefined ? undefined : expiry + RESEND_MS,
  ]);
};
