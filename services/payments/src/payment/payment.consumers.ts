import type { AnyEvent, EventName, EventOf } from '@bramble/contracts/events';
import { newEvent } from '@bramble/service-kit/events/events';
import { newId } from '@bramble/service-kit/base/ids';
import { freshEvents, type PostgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { createDiscountUseRepository } from '../discount/discount-use.repository';
import { createAttemptRepository, type Attempt } from './attempt.repository';
import { attemptEvent, refundEvent } from './payment.events';
import { createRefundRepository, type Refund } from './refund.repository';
import type { WorkPool } from './work-pool';

export const GROUP = 'payments';
export const PAYMENT_EVENTS = [
  'order.placed',
  'payment.requested',
  'order.released',
  'order.refund_requested',
  'order.failed',
  'order.cancelled',
] as const satisfies readonly EventName[];

const ofType = <N extends EventName>(events: readonly AnyEvent[], ...types: N[]): EventOf<N>[] =>
  events.filter(({ type }) => (types as EventName[]).includes(type)) as EventOf<N>[];
const oncePer = <T>(items: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

/**
 * Takes a batch of the orders' events in one transaction. A command that was heard before gets its recorded outcome
 * published again; what is new goes to the pools after the commit.
 */
export function createPaymentConsumer({
  sql,
  outbox,
  captures,
  refunds,
}: {
  sql: Sql;
  outbox: PostgresOutbox;
  captures: WorkPool<Pick<Attempt, 'id'>>;
  refunds: WorkPool<Pick<Refund, 'id'>>;
}) {
  return async (events: AnyEvent[]): Promise<void> => {
    const work = await sql.transaction(async (tx) => {
      const fresh = await freshEvents(tx, GROUP, events);
      const attempts = createAttemptRepository(tx);
      const uses = createDiscountUseRepository(tx);

      // First of all, so that a request and a release in one batch end as a release.
      const released = ofType(fresh, 'order.released').map(({ payload }) => payload.orderId);
      if (released.length > 0) await attempts.release(released);

      const requests = ofType(fresh, 'payment.requested').map(({ payload, correlationId, traceparent }) => ({
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
      }));
      const requested =
        requests.length > 0 ? await attempts.request(oncePer(requests, ({ key }) => key)) : [];

      const refundRequests = ofType(fresh, 'order.refund_requested').map(
        ({ payload, correlationId, traceparent }) => ({
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
      const refundsAsked =
        refundRequests.length > 0
          ? await createRefundRepository(tx).request(oncePer(refundRequests, ({ id }) => id))
          : [];

      const placed = ofType(fresh, 'order.placed').map(({ payload }) => payload.orderId);
      if (placed.length > 0) await uses.keep(placed);
      const ended = ofType(fresh, 'order.failed', 'order.cancelled').map(({ payload }) => payload.orderId);
      if (ended.length > 0) await uses.giveBack(ended);

      const answers = [
        ...requested
          .filter(({ status }) => status !== 'pending')
          .map((attempt) => newEvent(attemptEvent(attempt))),
        ...refundsAsked
          .filter(({ status }) => status === 'succeeded')
          .map((refund) => newEvent(refundEvent(refund))),
      ];
      if (answers.length > 0) await outbox.append(tx, answers);
      const isNew = ({ fresh, status }: { fresh: boolean; status: string }) => fresh && status === 'pending';
      return { captures: requested.filter(isNew), refunds: refundsAsked.filter(isNew) };
    });
    captures.add(work.captures);
    refunds.add(work.refunds);
  };
}
