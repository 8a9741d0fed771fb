import type { EventOf } from '@bramble/contracts/events';
import { AppError, isTransient, NotYet } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { EventUnit, Unit, UnitStore } from '@bramble/service-kit/events/unit';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import type { CommandInput, SagaInput } from '../life/order.inputs';
import {
  apply,
  applyDue,
  type DueContext,
  type DueStep,
  IllegalStep,
  type Outcome,
} from '../life/order.machine';
import type { SagaEventName } from '../life/order.states';
import type { OrderState, OrderView } from '../life/order.types';
import type { OrderMetrics } from '../store/order.metrics';
import { createOrderRepository, type Loaded } from '../store/order.repository';
import { createProgress, type Progress } from './progress';
import { settleUnknown } from './unknown-order';

export type OrderUnit = EventUnit<SqlTransaction, EventOf<SagaEventName>, Loaded>;

export interface SagaDependencies {
  store: UnitStore<SqlTransaction>;
  metrics: OrderMetrics;
  log: Logger;
}

/** What one call of `repair` did. */
export interface Repair {
  /** The orders that were due. */
  ids: readonly string[];
  repaired: number;
  /** Orders that have no next step. */
  failed: readonly string[];
  refused?: unknown;
}

/** Runs the order saga by the order table: for events of other services, commands of people, and deadlines. */
export function createSaga({ store, metrics, log }: SagaDependencies) {
  /** Applies a batch of events. Throws NotYet when an event is too early for its order. */
  async function handle(unit: OrderUnit): Promise<void> {
    const { now, orders } = unit.loaded;
    const progress = createProgress(orders);
    for (const event of unit.fresh) {
      const order = progress.current(event.key);
      if (!order) {
        settleUnknownOrder(unit, event);
        continue;
      }
      const outcome = applyInput(order, event, now);
      if (outcome.kind === 'ahead') throw new NotYet(`${order.status} is not ready for ${event.type}`);
      if (outcome.kind !== 'applied') continue;
      progress.put(outcome.step.order, outcome.step);
      unit.publish(outcome.step.events, event);
    }
    await save(unit, progress);
  }

  function settleUnknownOrder(unit: OrderUnit, event: EventOf<SagaEventName>): void {
    const commands = settleUnknown(event);
    unit.publish(commands, event);
    if (commands.length === 0) return;
    // A capture for an unknown order needs an operator; released stock does not.
    const level = event.type === 'payment.captured' ? 'error' : 'warn';
    unit.afterCommit(() =>
      log[level](
        { order_id: event.key, type: event.type, commands: commands.map(({ type }) => type) },
        'event for an unknown order; its stock and money are released',
      ),
    );
  }

  /**
   * Locks an order and runs a command on it. `choose` selects the command by the order's state and may throw. Answers
   * the order after the command; a refusal by the table is thrown as its AppError.
   */
  async function command(
    unit: Unit<SqlTransaction>,
    id: string,
    choose: (order: OrderState) => CommandInput,
  ): Promise<OrderView> {
    const inTx = createOrderRepository(unit.tx);
    const { orders, now } = await inTx.load([id]);
    const order = orders.get(id);
    if (!order) throw new AppError('not_found');
    const outcome = applyInput(order, choose(order), now);
    if (outcome.kind === 'refused') throw new AppError(outcome.code);
    const after = outcome.kind === 'applied' ? outcome.step.order : order;
    unit.record({
      target: id,
      owner: order.userId,
      before: auditedFields(order),
      after: auditedFields(after),
    });
    if (outcome.kind !== 'applied') return inTx.view(order);
    const progress = createProgress(orders);
    progress.put(outcome.step.order, outcome.step);
    unit.publish(outcome.step.events);
    await save(unit, progress);
    return inTx.view(outcome.step.order);
  }

  /**
   * Applies passed deadlines to up to `limit` orders, without `except`, in one transaction. An order that the store refuses
   * undoes the whole transaction: then `refused` is the error, and nothing was repaired.
   */
  async function repair(limit: number, except: readonly string[]): Promise<Repair> {
    let ids: string[] = [];
    try {
      return await store.transaction(async (unit) => {
        const { orders, now, unsent } = await createOrderRepository(unit.tx).loadDue(limit, except);
        ids = [...orders.keys()];
        const failed: string[] = [];
        const progress = createProgress(orders);
        for (const order of orders.values()) {
          const due = repairOne(order, { now, unsent: unsent.has(order.id), newId });
          const result = resultOf(due);
          if (result) unit.afterCommit(() => metrics.countRepair(order, result));
          if (!due) failed.push(order.id);
          else {
            progress.put(due.order, due.step);
            unit.publish(due.events, { correlationId: order.correlationId, traceparent: '' });
          }
        }
        await save(unit, progress);
        return { ids, repaired: progress.changes().length, failed };
      });
    } catch (error) {
      if (isTransient(error) || ids.length === 0) throw error;
      return { ids, repaired: 0, failed: [], refused: error };
    }
  }

  function applyInput(order: OrderState, input: SagaInput | CommandInput, now: number): Outcome {
    try {
      return apply(order, input, { now, newId });
    } catch (error) {
      if (error instanceof IllegalStep) metrics.countIllegalStep();
      throw error;
    }
  }

  /** Applies passed deadlines to one order. A failure is logged, so that the other orders of the batch go on. */
  function repairOne(order: OrderState, context: DueContext): DueStep | undefined {
    try {
      return applyDue(order, context);
    } catch (error) {
      metrics.countIllegalStep();
      log.error({ err: error, order_id: order.id }, 'an order that is due could not be repaired');
      return undefined;
    }
  }

  /** Writes the orders together with the events that the unit published. */
  async function save(unit: Unit<SqlTransaction>, progress: Progress): Promise<void> {
    await createOrderRepository(unit.tx).save(progress.changes(), unit.drain());
    unit.afterCommit(() => {
      for (const step of progress.steps()) metrics.countStep(step);
      for (const { before, after } of progress.changes()) {
        const refunded = after.totals.refunded.amount - before.totals.refunded.amount;
        if (refunded > 0) metrics.countRefund(refunded);
      }
    });
  }

  return { handle, command, repair };
}
export type Saga = ReturnType<typeof createSaga>;

/** What the audit log shows of an order: neither the address nor the card. */
const auditedFields = ({ status, attempt, capture, restock, refunds }: OrderState) => ({
  status,
  attempt,
  capture,
  restock,
  refunds: refunds.map(({ id, amount, reason }) => ({ id, amount, reason })),
});

function resultOf(due: DueStep | undefined): 'resent' | 'failed' | 'gave_up' | undefined {
  if (!due) return 'failed';
  if (due.resent) return 'resent';
  return due.order.failureReason === 'timeout' ? 'gave_up' : undefined;
}
