import type { EventDraft } from '@bramble/contracts/events';
import { money } from '@bramble/contracts/money';
import { RESEND_MS } from './order.deadlines';
import {
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

/** One effect's surroundings. `order` is the step's own copy and is changed in place. */
interface Scene {
  order: OrderState;
  input: Input;
  events: EventDraft[];
  now: number;
  newId: () => string;
}

const isOf = (kind: ObligationKind, ref?: string) => (obligation: { kind: ObligationKind; ref?: string }) =>
  obligation.kind === kind && obligation.ref === ref;

/** Opens an obligation, or gives one that is open already its full time again: its step has just been sent. */
function owe({ order, now }: Scene, kind: ObligationKind, ref?: string): void {
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

function settle({ order }: Scene, kinds: readonly ObligationKind[], ref?: string): void {
  order.obligations = order.obligations.filter(
    (obligation) => !kinds.some((kind) => isOf(kind, ref)(obligation)),
  );
}

function send({ events }: Scene, event: EventDraft | undefined): void {
  if (event) events.push(event);
}

export const refundedSum = (order: OrderState): number =>
  order.refunds.reduce((sum, refund) => sum + refund.amount, 0);

function refund(scene: Scene, amount: number, reason?: string): void {
  // A basket that cost nothing gives nothing back.
  if (amount <= 0) return;
  const { order, now } = scene;
  const added = {
    id: scene.newId(),
    amount,
    ...(reason === undefined ? {} : { reason }),
    requestedAt: now,
  };
  order.refunds = [...order.refunds, added];
  order.totals = { ...order.totals, refunded: money(refundedSum(order), order.currency) };
  send(scene, refundRequestedEvent(order, added));
  owe(scene, 'refund', added.id);
}

const effects: Readonly<Record<Extract<Effect, string>, (scene: Scene) => void>> = {
  keepExpiry: ({ order, input }) => {
    if (input.type === 'stock.reserved') order.expiresAt = Date.parse(input.payload.expiresAt);
  },
  nextAttempt: ({ order, input }) => {
    order.attempt += 1;
    if (input.type === 'checkout') order.card = input.payload.card;
  },
  requestPayment: (scene) => {
    scene.order.capture = 'pending';
    send(scene, paymentRequestedEvent(scene.order));
    settle(scene, ['pay']);
    owe(scene, 'pay');
  },
  capture: (scene) => {
    const { order, input } = scene;
    if (input.type !== 'payment.captured') return;
    order.capture = 'captured';
    order.captured = input.payload.amount.amount;
    order.paymentId = input.payload.paymentId;
    delete order.card;
    settle(scene, ['pay']);
  },
  decline: (scene) => {
    const { order, input } = scene;
    if (order.capture !== 'pending' || input.type !== 'payment.declined') return;
    if (input.payload.attempt !== order.attempt) return;
    order.capture = 'declined';
    settle(scene, ['pay']);
  },
  sendPaid: (scene) => {
    send(scene, paidEvent(scene.order));
    owe(scene, 'commit');
    owe(scene, 'deliver');
  },
  sendPaidAgain: (scene) => {
    send(scene, paidEvent(scene.order));
    owe(scene, 'commit');
  },
  sendPlacedAgain: (scene) => send(scene, placedEvent(scene.order)),
  release: (scene) => {
    const { order, input } = scene;
    if (input.type === 'refundAll') order.restock = input.payload.restock;
    send(scene, releasedEvent(order));
    owe(scene, 'release');
    owe(scene, 'stop');
  },
  refundRest: (scene) => refund(scene, scene.order.captured - refundedSum(scene.order)),
  refundAsked: (scene) => {
    const { input } = scene;
    if (input.type === 'refundAll' || input.type === 'refundPart')
      refund(scene, input.payload.amount, input.payload.reason);
  },
  confirmRefund: (scene) => {
    const { order, input, now } = scene;
    if (input.type !== 'payment.refunded') return;
    const { refundId } = input.payload;
    order.refunds = order.refunds.map((known) =>
      known.id === refundId ? { ...known, confirmedAt: known.confirmedAt ?? now } : known,
    );
    settle(scene, ['refund'], refundId);
  },
};

/** Does what a rule says to its order, and collects the events that go out with it. */
export function runEffect(effect: Effect, scene: Scene): void {
  if (typeof effect === 'string') {
    effects[effect](scene);
    return;
  }
  if ('settle' in effect) {
    settle(scene, effect.settle);
    return;
  }
  const { order, input } = scene;
  if (effect.fact === 'order.failed') send(scene, failedEvent(order));
  else if (effect.fact === 'order.refunded') {
    const amount = input.type === 'refundAll' || input.type === 'refundPart' ? input.payload.amount : 0;
    send(scene, refundedEvent(order, amount));
  } else send(scene, factEvent(order, effect.fact));
}
