import type { EventDraft } from '@bramble/contracts/events';
import { money } from '@bramble/contracts/money';
import { DECLINED_TTL_MS, RESEND_MS } from './order.deadlines';
import {
  discountReturnEvent,
  factEvent,
  failedEvent,
  paidEvent,
  paymentRequestedEvent,
  placedEvent,
  refundedEvent,
  refundRequestedEvent,
  releasedEvent,
} from './order.events';
import type { Input } from './order.inputs';
import type { Effect } from './order.states';
import type { ObligationKind, OrderState } from './order.types';

/** What an effect works on. `order` is the step's own copy and is changed in place. */
interface EffectContext {
  order: OrderState;
  input: Input;
  events: EventDraft[];
  now: number;
  newId: () => string;
}

const isOf = (kind: ObligationKind, ref?: string) => (obligation: { kind: ObligationKind; ref?: string }) =>
  obligation.kind === kind && obligation.ref === ref;

/** Opens an obligation. For one that is open already, the time until it is sent again starts anew. */
function openObligation({ order, now }: EffectContext, kind: ObligationKind, ref?: string): void {
  const before = order.obligations.find(isOf(kind, ref));
  order.obligations = [
    ...order.obligations.filter((obligation) => obligation !== before),
    {
      kind,
      ...(ref === undefined ? {} : { ref }),
      since: before?.since ?? now,
      dueAt: now + RESEND_MS,
      resent: before?.resent ?? 0,
    },
  ];
}

function closeObligations({ order }: EffectContext, kinds: readonly ObligationKind[], ref?: string): void {
  order.obligations = order.obligations.filter(
    (obligation) => !kinds.some((kind) => isOf(kind, ref)(obligation)),
  );
}

function send({ events }: EffectContext, event: EventDraft | undefined): void {
  if (event) events.push(event);
}

export const refundedSum = (order: OrderState): number =>
  order.refunds.reduce((sum, refund) => sum + refund.amount, 0);

function refund(context: EffectContext, amount: number, reason?: string): void {
  // An order of amount zero has nothing to refund.
  if (amount <= 0) return;
  const { order, now } = context;
  const added = {
    id: context.newId(),
    amount,
    ...(reason === undefined ? {} : { reason }),
    requestedAt: now,
  };
  order.refunds = [...order.refunds, added];
  order.totals = { ...order.totals, refunded: money(refundedSum(order), order.currency) };
  send(context, refundRequestedEvent(order, added));
  openObligation(context, 'refund', added.id);
}

const effects: Readonly<Record<Extract<Effect, string>, (context: EffectContext) => void>> = {
  keepExpiry: ({ order, input }) => {
    if (input.type === 'stock.reserved') order.expiresAt = Date.parse(input.payload.expiresAt);
  },
  nextAttempt: ({ order, input }) => {
    order.attempt += 1;
    if (input.type === 'checkout') order.card = input.payload.card;
  },
  requestPayment: (context) => {
    context.order.capture = 'pending';
    send(context, paymentRequestedEvent(context.order));
    closeObligations(context, ['pay']);
    openObligation(context, 'pay');
  },
  capture: (context) => {
    const { order, input } = context;
    if (input.type !== 'payment.captured') return;
    order.capture = 'captured';
    order.captured = input.payload.amount.amount;
    order.paymentId = input.payload.paymentId;
    delete order.card;
    closeObligations(context, ['pay', 'void']);
  },
  decline: (context) => {
    const { order, input } = context;
    if (order.capture !== 'pending' || input.type !== 'payment.declined') return;
    if (input.payload.attempt !== order.attempt) return;
    order.capture = 'declined';
    order.expiresAt = Math.min(order.expiresAt, context.now + DECLINED_TTL_MS);
    closeObligations(context, ['pay', 'void']);
  },
  sendPaid: (context) => {
    send(context, paidEvent(context.order));
    openObligation(context, 'commit');
    openObligation(context, 'deliver');
  },
  sendPaidAgain: (context) => {
    send(context, paidEvent(context.order));
    openObligation(context, 'commit');
  },
  sendPlacedAgain: (context) => send(context, placedEvent(context.order)),
  release: (context) => {
    const { order, input } = context;
    if (input.type === 'refundAll') order.restock = input.payload.restock;
    send(context, releasedEvent(order));
    openObligation(context, 'release');
    openObligation(context, 'stop');
    if (order.capture === 'pending') openObligation(context, 'void');
  },
  returnDiscount: (context) => {
    if (context.order.totals.discount.amount === 0) return;
    send(context, discountReturnEvent(context.order));
    openObligation(context, 'discount');
  },
  refundRest: (context) => refund(context, context.order.captured - refundedSum(context.order)),
  refundAsked: (context) => {
    const { input } = context;
    if (input.type === 'refundAll' || input.type === 'refundPart')
      refund(context, input.payload.amount, input.payload.reason);
  },
  confirmRefund: (context) => {
    const { order, input, now } = context;
    if (input.type !== 'payment.refunded') return;
    const { refundId } = input.payload;
    order.refunds = order.refunds.map((known) =>
      known.id === refundId ? { ...known, confirmedAt: known.confirmedAt ?? now } : known,
    );
    closeObligations(context, ['refund'], refundId);
  },
  reopenRefund: (context) => {
    const { order, input } = context;
    if (input.type !== 'payment.refund_failed') return;
    const { refundId } = input.payload;
    order.refunds = order.refunds.map(({ confirmedAt, ...refund }) =>
      refund.id === refundId || confirmedAt === undefined ? refund : { ...refund, confirmedAt },
    );
    openObligation(context, 'refund', refundId);
  },
};

/** Runs the effects of a rule on its order and collects the events to publish. */
export function runEffect(effect: Effect, context: EffectContext): void {
  if (typeof effect === 'string') {
    effects[effect](context);
    return;
  }
  if ('settle' in effect) {
    closeObligations(context, effect.settle);
    return;
  }
  const { order, input } = context;
  if (effect.fact === 'order.failed') send(context, failedEvent(order));
  else if (effect.fact === 'order.refunded') {
    const amount = input.type === 'refundAll' || input.type === 'refundPart' ? input.payload.amount : 0;
    send(context, refundedEvent(order, amount));
  } else send(context, factEvent(order, effect.fact));
}
