import type { AnyEvent, EventDraft, EventName, EventOf } from '@bramble/contracts/events';
import { newId } from '@bramble/service-kit/base/ids';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import { createDiscountUseRepository } from '../discount/discount-use.repository';
import { type Attempt, createAttemptRepository, type NewAttempt, NOT_CAPTURED } from './attempt.repository';
import { attemptEvent, declinedEvent, discountReturnedEvent, refundEvent } from './payment.events';
import { createRefundRepository, type NewRefund, type Refund } from './refund.repository';
import type { WorkPool } from './work-pool';

type PaymentEvent = EventOf<
  | 'order.placed'
  | 'payment.requested'
  | 'order.released'
  | 'order.refund_requested'
  | 'order.discount_return_requested'
>;
export type PaymentUnit = EventUnit<SqlTransaction, PaymentEvent>;

export interface PaymentRequestDependencies {
  captures: WorkPool<Pick<Attempt, 'id'>>;
  refunds: WorkPool<Pick<Refund, 'id'>>;
}

/**
 * Records the requests of orders. The outcome of a request that was settled before is published again; new requests go
 * to the pools after the commit.
 */
export function createPaymentRequestService({ captures, refunds }: PaymentRequestDependencies) {
  async function handle(unit: PaymentUnit): Promise<void> {
    const { tx, fresh } = unit;
    // Releases first, so that a payment request in the same batch is not captured.
    const released = orderIdsOf(fresh, 'order.released');
    if (released.length > 0) await createAttemptRepository(tx).release(released);
    const attempts = await requestCaptures(tx, fresh);
    const requestedRefunds = await requestRefunds(tx, fresh);
    const returned = await updateDiscountUses(tx, fresh);

    unit.publish(attempts.filter(({ status }) => status !== 'pending').map(attemptEvent));
    unit.publish(await answerReleases(tx, ofType(fresh, 'order.released'), attempts));
    unit.publish(returned.map(discountReturnedEvent));
    unit.publish(requestedRefunds.filter(({ status }) => status === 'succeeded').map(refundEvent));
    unit.afterCommit(() => {
      captures.add(attempts.filter(isNew));
      refunds.add(requestedRefunds.filter(isNew));
    });
  }
  return { handle };
}
export type PaymentRequestService = ReturnType<typeof createPaymentRequestService>;

async function requestCaptures(tx: SqlTransaction, fresh: readonly PaymentEvent[]) {
  const requests = ofType(fresh, 'payment.requested').map(
    ({ payload, correlationId, traceparent }): NewAttempt => ({
      id: newId(),
      orderId: payload.orderId,
      userId: payload.userId,
      attempt: payload.attempt,
      key: `${payload.orderId}:capture:${payload.attempt}`,
      amount: payload.amount.amount,
      currency: payload.amount.currency,
      token: payload.paymentMethod.token,
      correlationId,
      traceparent,
    }),
  );
  if (requests.length === 0) return [];
  return createAttemptRepository(tx).request(oncePer(requests, ({ key }) => key));
}

/**
 * The outcomes of released orders' attempts, again at each release, so that an order whose event was lost still learns
 * them. A pending attempt is answered once it is settled. An attempt that payments does not have can never be
 * captured. `justAnswered` are the attempts that the same batch answers.
 */
async function answerReleases(
  tx: SqlTransaction,
  releases: readonly EventOf<'order.released'>[],
  justAnswered: readonly Attempt[],
): Promise<EventDraft[]> {
  if (releases.length === 0) return [];
  const asked = oncePer(
    releases.map(({ payload }) => payload),
    ({ orderId }) => orderId,
  );
  const attempts = await createAttemptRepository(tx).ofOrders(asked.map(({ orderId }) => orderId));
  const absent = asked.flatMap(({ orderId, attempt }) =>
    attempt === undefined || attempts.some((known) => known.orderId === orderId && known.attempt === attempt)
      ? []
      : [declinedEvent({ orderId, attempt, reason: NOT_CAPTURED.released })],
  );
  const answered = new Set(justAnswered.map(({ id }) => id));
  const settled = attempts.filter(({ id, status }) => status !== 'pending' && !answered.has(id));
  return [...settled.map(attemptEvent), ...absent];
}

async function requestRefunds(tx: SqlTransaction, fresh: readonly PaymentEvent[]) {
  const requests = ofType(fresh, 'order.refund_requested').map(
    ({ payload, correlationId, traceparent }): NewRefund => ({
      id: payload.refundId,
      orderId: payload.orderId,
      attemptId: null,
      amount: payload.amount.amount,
      currency: payload.amount.currency,
      reason: null,
      announce: true,
      correlationId,
      traceparent,
    }),
  );
  if (requests.length === 0) return [];
  return createRefundRepository(tx).request(oncePer(requests, ({ id }) => id));
}

/** Answers the orders whose use of a discount is returned, whether or not they had one. */
async function updateDiscountUses(tx: SqlTransaction, fresh: readonly PaymentEvent[]): Promise<string[]> {
  const uses = createDiscountUseRepository(tx);
  // Also a request of money shows that the order exists: the event of its placing may have been lost.
  const placed = [...new Set(orderIdsOf(fresh, 'order.placed', 'payment.requested'))];
  if (placed.length > 0) await uses.keep(placed);
  const returned = [...new Set(orderIdsOf(fresh, 'order.discount_return_requested'))];
  if (returned.length > 0) await uses.release(returned);
  return returned;
}

const isNew = ({ fresh, status }: { fresh: boolean; status: string }) => fresh && status === 'pending';

const ofType = <E extends AnyEvent, N extends EventName>(events: readonly E[], type: N) =>
  events.filter((event): event is Extract<E, { type: N }> => event.type === type);

const orderIdsOf = (events: readonly PaymentEvent[], ...types: PaymentEvent['type'][]): string[] =>
  events.filter(({ type }) => types.includes(type)).map(({ payload }) => payload.orderId);

const oncePer = <T>(items: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];
