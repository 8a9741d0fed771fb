import type { AnyEvent, EventDraft } from '@bramble/contracts/events';
import { AppError, NotYet } from '@bramble/service-kit/base/errors';
import { newEvent, type Cause } from '@bramble/service-kit/events/events';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { CommandInput, SagaInput } from '../life/order.inputs';
import { apply, IllegalStep, tick, type Outcome, type Step, type Tick } from '../life/order.machine';
import type { OrderMetrics } from '../store/order.metrics';
import type { Change, OrderRepository, OrderTransaction } from '../store/order.repository';
import { sagaEvents } from '../life/order.states';
import type { OrderState, OrderView } from '../life/order.types';

const isSagaEvent = (event: AnyEvent): event is AnyEvent & SagaInput =>
  (sagaEvents as readonly string[]).includes(event.type);

/** The steps of one transaction, gathered so that each order is written once. */
class Progress {
  readonly changes = new Map<string, Change>();
  readonly events: AnyEvent[] = [];
  readonly steps: Step[] = [];

  constructor(private readonly loaded: ReadonlyMap<string, OrderState>) {}

  current(id: string): OrderState | undefined {
    return this.changes.get(id)?.after ?? this.loaded.get(id);
  }

  /** Replaces an order by its next state. */
  put(after: OrderState, step?: Step): void {
    const known = this.changes.get(after.id);
    const before = known?.before ?? this.loaded.get(after.id) ?? after;
    const history = step ? [...(known?.history ?? []), step.history] : (known?.history ?? []);
    this.changes.set(after.id, { before, after, history });
    if (step) this.steps.push(step);
  }

  publish(drafts: readonly EventDraft[], cause?: Cause): void {
    for (const draft of drafts) this.events.push(newEvent(draft, cause));
  }
}

export interface SagaDependencies {
  orders: OrderRepository;
  metrics: OrderMetrics;
  log: Logger;
}

/** Moves orders by the table: for events of other services, for commands of people, and for the clock. */
export function createSaga({ orders, metrics, log }: SagaDependencies) {
  const around = (now: number) => ({ now, newId });

  const commit = async (tx: OrderTransaction, progress: Progress) => {
    await tx.save([...progress.changes.values()], progress.events);
    tx.session.afterCommit(() => {
      for (const step of progress.steps) metrics.stepped(step);
      for (const { before, after } of progress.changes.values()) {
        const given = after.totals.refunded.amount - before.totals.refunded.amount;
        if (given > 0) metrics.refunded(given);
      }
    });
  };

  const take = (order: OrderState, input: SagaInput | CommandInput, now: number): Outcome => {
    try {
      return apply(order, input, around(now));
    } catch (error) {
      if (error instanceof IllegalStep) metrics.illegalStep();
      throw error;
    }
  };

  /** One order that cannot be helped must not keep the others waiting. */
  const look = (order: OrderState, now: number): Tick | undefined => {
    try {
      return tick(order, around(now));
    } catch (error) {
      metrics.illegalStep();
      log.error({ err: error, order_id: order.id }, 'an order that is due could not be repaired');
      return undefined;
    }
  };

  return {
    /** Applies a batch of events in one transaction. Throws NotYet when one is ahead of its order. */
    async handle(batch: readonly AnyEvent[]): Promise<void> {
      const events = batch.filter(isSagaEvent);
      if (events.length === 0) return;
      await orders.transaction(async (tx) => {
        const { fresh, orders: loaded, now } = await tx.take(events);
        const progress = new Progress(loaded);
        for (const event of fresh) {
          const order = progress.current(event.key);
          if (!order) throw new Error(`there is no order ${event.key}`);
          const outcome = take(order, event, now);
          if (outcome.kind === 'ahead') throw new NotYet(`${order.status} is not ready for ${event.type}`);
          if (outcome.kind !== 'applied') continue;
          progress.put(outcome.step.order, outcome.step);
          progress.publish(outcome.step.events, event);
        }
        await commit(tx, progress);
      });
    },

    /**
     * Runs a command on a locked order within `tx`. `choose` decides by the order's state and may throw. Answers the order
     * as it is afterwards; a refusal of the table becomes its AppError.
     */
    async command(
      tx: OrderTransaction,
      id: string,
      choose: (order: OrderState) => CommandInput,
    ): Promise<OrderView> {
      const { orders: loaded, now } = await tx.load([id]);
      const order = loaded.get(id);
      if (!order) throw new AppError('not_found');
      const outcome = take(order, choose(order), now);
      if (outcome.kind === 'refused') throw new AppError(outcome.code);
      if (outcome.kind !== 'applied') return tx.view(order);
      const progress = new Progress(loaded);
      progress.put(outcome.step.order, outcome.step);
      progress.publish(outcome.step.events);
      await commit(tx, progress);
      return tx.view(outcome.step.order);
    },

    /** Sends again what is owed to up to `limit` orders, and ends those whose time is up. Answers how many it changed. */
    async repair(limit: number): Promise<number> {
      return orders.transaction(async (tx) => {
        const { orders: due, now } = await tx.loadDue(limit);
        const progress = new Progress(due);
        const counted: { order: OrderState; result: 'resent' | 'failed' | 'gave_up' }[] = [];
        for (const order of due.values()) {
          const done = look(order, now);
          if (!done) {
            counted.push({ order, result: 'failed' });
            continue;
          }
          progress.put(done.order, done.step);
          progress.publish(done.events, { correlationId: order.correlationId, traceparent: '' });
          if (done.resent) counted.push({ order, result: 'resent' });
          else if (done.order.failureReason === 'timeout') counted.push({ order, result: 'gave_up' });
        }
        await commit(tx, progress);
        tx.session.afterCommit(() => {
          for (const { order, result } of counted) metrics.repaired(order, result);
        });
        return progress.changes.size;
      });
    },
  };
}
export type Saga = ReturnType<typeof createSaga>;
