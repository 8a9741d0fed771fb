import type { ErrorCode } from '@bramble/contracts/errors';
import type { EventDraft } from '@bramble/contracts/events';
import type { FailureReason, OrderStatus } from '@bramble/contracts/orders';
import type { Definite } from '@bramble/service-kit/base/errors';
import { dueAtOf, expiryOf, PLACED_RESENDS, reminders, RESEND_MS } from './order.deadlines';
import { runEffect } from './order.effects';
import type { Input } from './order.inputs';
import { type Applied, type Cell, type Guard, isFinal, orderTable, type Rule } from './order.states';
import type { HistoryEntry, Obligation, OrderState } from './order.types';

/** The clock and ids that the pure rules need. `now` is the database's clock in milliseconds. */
export interface StepContext {
  now: number;
  newId: () => string;
}

export interface Step {
  order: OrderState;
  events: EventDraft[];
  history: HistoryEntry;
  from: OrderStatus;
}
export type Outcome =
  | { kind: 'applied'; step: Step }
  | { kind: 'behind' | 'ahead' | 'same' }
  | { kind: 'refused'; code: ErrorCode };

/**
 * The order table has no rule for this input in this state: a program error, or an event that belongs to another order.
 */
export class IllegalStep extends Error implements Definite {
  override readonly name = 'IllegalStep';
  readonly definite = true;
}

const guards: Readonly<Record<Guard, (order: OrderState, input: Input, now: number) => boolean>> = {
  captured: (order) => order.capture === 'captured',
  settled: (order, input) =>
    order.capture !== 'pending' ||
    (input.type === 'payment.declined' && input.payload.attempt !== order.attempt),
  declined: (order) => order.capture === 'declined',
  timeLeft: (order, _input, now) => now < order.expiresAt,
  stopsDelivery: (order, input) =>
    order.paidAt !== undefined &&
    order.obligations.some(({ kind }) => kind === 'stop') &&
    input.type === 'delivery.stopped' &&
    !input.payload.delivered,
  refundOpen: (order, input) =>
    (input.type === 'payment.refunded' || input.type === 'payment.refund_failed') &&
    order.refunds.some(({ id, confirmedAt }) => id === input.payload.refundId && confirmedAt === undefined),
  refundConfirmed: (order, input) =>
    input.type === 'payment.refund_failed' &&
    order.refunds.some(({ id, confirmedAt }) => id === input.payload.refundId && confirmedAt !== undefined),
};

function ruleFor(order: OrderState, input: Input, now: number): Rule {
  const row: Partial<Record<string, Cell>> = orderTable[order.status];
  const cell = row[input.type];
  if (cell === undefined) throw new IllegalStep(`${order.status} has no rule for ${String(input.type)}`);
  if (!Array.isArray(cell)) return cell as Rule;
  const choice = (cell as readonly { when: Guard; not?: boolean; then: Rule }[]).find(
    ({ when, not }) => guards[when](order, input, now) !== (not ?? false),
  );
  if (!choice) throw new IllegalStep(`${order.status} has no rule for this ${input.type}`);
  return choice.then;
}

const labelOf = (type: string) => type.replace('.', '_').toUpperCase();

function detailOf(input: Input, reason: FailureReason | undefined): string | undefined {
  if (reason !== undefined) return reason;
  if (input.type === 'payment.declined' || input.type === 'payment.refund_failed')
    return input.payload.reason;
  if (input.type === 'refundAll' || input.type === 'refundPart') return input.payload.reason;
  if (input.type === 'cancel') return `by ${input.payload.by}`;
  return undefined;
}

function reasonOf(rule: Applied, input: Input): FailureReason | undefined {
  if (rule.reason !== 'event') return rule.reason;
  return input.type === 'stock.rejected' ? input.payload.reason : undefined;
}

/** The label of a step's timeline entry: the new status, or the kind of event when the status stays. */
function timelineLabel(rule: Applied, input: Input): string | undefined {
  if (rule.shown === false) return undefined;
  if (rule.to) return rule.to;
  return input.type === 'refundPart' ? 'PARTLY_REFUNDED' : labelOf(input.type);
}

const compensations = new Set<Obligation['kind']>(['release', 'stop', 'void', 'discount', 'refund']);

/** Applies one input to an order by the order table. Pure: the same order, input and context give the same outcome. */
export function apply(order: OrderState, input: Input, context: StepContext): Outcome {
  const rule = ruleFor(order, input, context.now);
  if (rule === 'illegal') throw new IllegalStep(`${order.status} does not accept ${input.type}`);
  if (typeof rule === 'string') return { kind: rule };
  if ('refuse' in rule) return { kind: 'refused', code: rule.refuse };
  const reason = reasonOf(rule, input);
  const next: OrderState = {
    ...order,
    version: order.version + 1,
    status: rule.to ?? order.status,
    ...(reason === undefined ? {} : { failureReason: reason }),
    obligations: [...order.obligations],
    refunds: [...order.refunds],
  };
  if (rule.to === 'PAID') next.paidAt = context.now;
  if (rule.to && isFinal(rule.to)) {
    delete next.card;
    if (rule.to !== 'COMPLETED')
      next.obligations = next.obligations.filter(({ kind }) => compensations.has(kind));
  }
  const events: EventDraft[] = [];
  for (const effect of rule.do) runEffect(effect, { order: next, input, events, ...context });
  const label = timelineLabel(rule, input);
  const detail = detailOf(input, reason);
  const history: HistoryEntry = {
    orderId: order.id,
    version: next.version,
    type: input.type,
    status: next.status,
    ...(label === undefined ? {} : { label }),
    ...(detail === undefined ? {} : { detail }),
    data: input.type === 'checkout' ? {} : { ...input.payload },
    at: context.now,
  };
  return { kind: 'applied', step: { order: next, events, history, from: order.status } };
}

export interface DueContext extends StepContext {
  /** Events of the order still wait in the outbox: no service could have answered them, so they are not sent again. */
  unsent?: boolean;
}

/** The effect of passed deadlines on an order. `resent`: an unanswered step was sent again. */
export interface DueStep {
  order: OrderState;
  events: EventDraft[];
  step?: Step;
  resent: boolean;
}

/**
 * Applies passed deadlines to an order: ends it, or sends unanswered steps again. Undefined when nothing is due. A step that
 * was not even published is neither sent again nor counted as unanswered.
 */
export function applyDue(order: OrderState, context: DueContext): DueStep | undefined {
  const { now, unsent = false } = context;
  if ((dueAtOf(order) ?? Infinity) > now) return undefined;
  const end = (type: 'giveUp' | 'expire'): DueStep => {
    const outcome = apply(order, { type, payload: {} }, context);
    if (outcome.kind !== 'applied') throw new IllegalStep(`${order.status} does not accept ${type}`);
    return { order: outcome.step.order, events: outcome.step.events, step: outcome.step, resent: false };
  };
  if ((expiryOf(order) ?? Infinity) <= now) return end('expire');
  const due = order.obligations.filter(({ dueAt }) => dueAt <= now);
  const postponed = (resends: number) =>
    order.obligations.map((obligation) =>
      due.includes(obligation)
        ? { ...obligation, resent: obligation.resent + resends, dueAt: now + RESEND_MS }
        : obligation,
    );
  if (unsent) return { order: { ...order, obligations: postponed(0) }, events: [], resent: false };
  if (
    order.status === 'PENDING' &&
    due.some(({ kind, resent }) => kind === 'reserve' && resent >= PLACED_RESENDS)
  )
    return end('giveUp');
  const events: EventDraft[] = [];
  for (const obligation of due) {
    const event = reminders[obligation.kind](order, obligation);
    // Two obligations may be reminded by the same event.
    if (event && !events.some(({ type }) => type === event.type && type !== 'order.refund_requested'))
      events.push(event);
  }
  return { order: { ...order, obligations: postponed(1) }, events, resent: events.length > 0 };
}
