import type { ErrorCode } from '@bramble/contracts/errors';
import type { EventName } from '@bramble/contracts/events';
import type { FailureReason, OrderStatus } from '@bramble/contracts/orders';
import type { ObligationKind } from './order.types';

/** The events of other services that change an order. */
export const sagaEvents = [
  'stock.reserved',
  'stock.rejected',
  'stock.committed',
  'stock.released',
  'reservation.overdue',
  'payment.captured',
  'payment.declined',
  'payment.refunded',
  'payment.refund_failed',
  'discount.returned',
  'delivery.started',
  'delivery.shipped',
  'delivery.delivered',
  'delivery.stopped',
] as const satisfies readonly EventName[];
export type SagaEventName = (typeof sagaEvents)[number];

/** Commands of people, and deadlines. `giveUp` and `expire` come from the reconciler only. */
export const commands = ['cancel', 'refundAll', 'refundPart', 'checkout', 'giveUp', 'expire'] as const;
export type CommandName = (typeof commands)[number];
export type InputName = SagaEventName | CommandName;

/** Conditions on the order that choose between the rules of one cell. */
export type Guard =
  'captured' | 'settled' | 'declined' | 'timeLeft' | 'stopsDelivery' | 'refundOpen' | 'refundConfirmed';

export type Effect =
  | 'requestPayment'
  | 'nextAttempt'
  | 'capture'
  | 'decline'
  | 'sendPaid'
  | 'sendPaidAgain'
  | 'sendPlacedAgain'
  | 'release'
  | 'returnDiscount'
  | 'refundRest'
  | 'refundAsked'
  | 'confirmRefund'
  | 'reopenRefund'
  | 'keepExpiry'
  | { settle: readonly ObligationKind[] }
  | { fact: 'order.failed' | 'order.cancelled' | 'order.shipped' | 'order.completed' | 'order.refunded' };

export interface Applied {
  to?: OrderStatus;
  /** Why the order failed; `event` takes the reason from the event. */
  reason?: FailureReason | 'event';
  do: readonly Effect[];
  /** False hides the step in the shopper's timeline; the history has it all the same. */
  shown?: boolean;
}
/** `behind` is acknowledged without effect, `ahead` is retried later, `same` answers the unchanged order. */
export type Rule = Applied | 'behind' | 'ahead' | 'same' | 'illegal' | { refuse: ErrorCode };
export type Cell = Rule | readonly { when: Guard; not?: boolean; then: Rule }[];

const discharge = (...settle: ObligationKind[]): Rule => ({ do: [{ settle }], shown: false });
const refuse = (code: ErrorCode) => ({ refuse: code });

/** Confirmations are valid in every state: they close the obligation that waits for them and keep the status. */
const confirmations = {
  'stock.committed': discharge('commit'),
  'stock.released': discharge('release'),
  'payment.refunded': [
    { when: 'refundOpen', then: { do: ['confirmRefund'] } },
    { when: 'refundOpen', not: true, then: 'behind' },
  ],
  'payment.refund_failed': [
    { when: 'refundConfirmed', then: { do: ['reopenRefund'] } },
    // A refund can fail only after its success was published; this event overtook payment.refunded.
    { when: 'refundOpen', then: 'ahead' },
    { when: 'refundOpen', not: true, then: 'behind' },
  ],
  'discount.returned': discharge('discount'),
  'delivery.started': discharge('deliver'),
  'delivery.stopped': [
    { when: 'stopsDelivery', then: { do: [{ settle: ['stop'] }] } },
    { when: 'stopsDelivery', not: true, then: discharge('stop') },
  ],
} as const satisfies Partial<Record<InputName, Cell>>;

const noTimers = { giveUp: 'illegal', expire: 'illegal' } as const;
const notRefundable = {
  refundAll: refuse('order_not_refundable'),
  refundPart: refuse('order_not_refundable'),
} as const;
const refundable = {
  refundPart: { do: ['refundAsked', { fact: 'order.refunded' }] },
} as const satisfies Partial<Record<InputName, Cell>>;
const notPayable = { checkout: refuse('order_not_payable') } as const;
const notCancellable = { cancel: refuse('order_not_cancellable') } as const;
/** Events that are late once an order was paid. */
const paidBehind = {
  'stock.reserved': 'behind',
  'stock.rejected': 'behind',
  'payment.captured': 'behind',
  'payment.declined': 'behind',
  'reservation.overdue': { do: ['sendPaidAgain'], shown: false },
} as const satisfies Partial<Record<InputName, Cell>>;

/**
 * FAILED, CANCELLED and REFUNDED accept every later event: it gets a timeline entry and, where needed, a compensation. Only
 * a refund's failure may have to wait, for the event that it overtook.
 */
const ended = {
  ...confirmations,
  ...noTimers,
  ...notPayable,
  'stock.reserved': { do: ['release'] },
  'stock.rejected': { do: [{ settle: ['reserve'] }] },
  'payment.captured': [
    { when: 'captured', then: 'behind' },
    { when: 'captured', not: true, then: { do: ['capture', 'refundRest'] } },
  ],
  'payment.declined': [
    { when: 'settled', then: 'behind' },
    { when: 'settled', not: true, then: { do: ['decline'] } },
  ],
  'delivery.shipped': { do: ['release'] },
  'delivery.delivered': { do: [] },
  'reservation.overdue': { do: ['release'], shown: false },
} as const satisfies Partial<Record<InputName, Cell>>;

/**
 * The order's life as data: what each input does in each state. The type demands a cell for every state and input, so
 * only an unlisted input is illegal. Races are cells like any other.
 */
export const orderTable: Readonly<Record<OrderStatus, Readonly<Record<InputName, Cell>>>> = {
  PENDING: {
    ...confirmations,
    ...notRefundable,
    'stock.reserved': {
      to: 'RESERVED',
      do: [{ settle: ['reserve'] }, 'keepExpiry', 'nextAttempt', 'requestPayment'],
    },
    'stock.rejected': {
      to: 'FAILED',
      reason: 'event',
      do: [{ settle: ['reserve'] }, 'returnDiscount', { fact: 'order.failed' }],
    },
    'payment.captured': 'ahead',
    'payment.declined': 'ahead',
    'delivery.shipped': 'ahead',
    'delivery.delivered': 'ahead',
    // Catalog reserved, but its reply was lost; re-sending makes catalog repeat it.
    'reservation.overdue': { do: ['sendPlacedAgain'], shown: false },
    cancel: { to: 'CANCELLED', do: ['release', 'returnDiscount', { fact: 'order.cancelled' }] },
    checkout: refuse('payment_in_progress'),
    giveUp: { to: 'FAILED', reason: 'timeout', do: ['release', 'returnDiscount', { fact: 'order.failed' }] },
    expire: 'illegal',
  },
  RESERVED: {
    ...confirmations,
    ...notRefundable,
    'stock.reserved': 'behind',
    'stock.rejected': 'behind',
    'payment.captured': { to: 'PAID', do: ['capture', 'sendPaid'] },
    'payment.declined': [
      { when: 'settled', then: 'behind' },
      { when: 'settled', not: true, then: { do: ['decline'] } },
    ],
    'delivery.shipped': 'ahead',
    'delivery.delivered': 'ahead',
    // The expiry has the same deadline. Its answer is order.released or, if the money comes first, order.paid.
    'reservation.overdue': 'behind',
    cancel: { to: 'CANCELLED', do: ['release', 'returnDiscount', { fact: 'order.cancelled' }] },
    checkout: [
      { when: 'declined', not: true, then: refuse('payment_in_progress') },
      { when: 'timeLeft', then: { do: ['nextAttempt', 'requestPayment'], shown: false } },
      { when: 'timeLeft', not: true, then: refuse('order_not_payable') },
    ],
    giveUp: 'illegal',
    expire: {
      to: 'FAILED',
      reason: 'payment_expired',
      do: ['release', 'returnDiscount', { fact: 'order.failed' }],
    },
  },
  PAID: {
    ...confirmations,
    ...paidBehind,
    ...refundable,
    ...notPayable,
    ...noTimers,
    'delivery.shipped': { to: 'SHIPPED', do: [{ settle: ['deliver'] }, { fact: 'order.shipped' }] },
    'delivery.delivered': 'ahead',
    cancel: { to: 'CANCELLED', do: ['release', 'refundRest', 'returnDiscount', { fact: 'order.cancelled' }] },
    refundAll: { to: 'REFUNDED', do: ['release', 'refundAsked', { fact: 'order.refunded' }] },
  },
  SHIPPED: {
    ...confirmations,
    ...paidBehind,
    ...refundable,
    ...notPayable,
    ...notCancellable,
    ...noTimers,
    'delivery.shipped': 'behind',
    'delivery.delivered': { to: 'COMPLETED', do: [{ settle: ['deliver'] }, { fact: 'order.completed' }] },
    refundAll: { to: 'REFUNDED', do: ['release', 'refundAsked', { fact: 'order.refunded' }] },
  },
  COMPLETED: {
    ...confirmations,
    ...paidBehind,
    ...refundable,
    ...notPayable,
    ...notCancellable,
    ...noTimers,
    'delivery.shipped': 'behind',
    'delivery.delivered': 'behind',
    refundAll: { to: 'REFUNDED', do: ['release', 'refundAsked', { fact: 'order.refunded' }] },
  },
  FAILED: { ...ended, ...notRefundable, ...notCancellable },
  CANCELLED: { ...ended, ...notRefundable, cancel: 'same' },
  REFUNDED: { ...ended, ...notRefundable, ...notCancellable },
};

/** Final states: only compensations follow. */
export const isFinal = (status: OrderStatus): boolean =>
  status === 'FAILED' || status === 'CANCELLED' || status === 'REFUNDED' || status === 'COMPLETED';

/** Whether the table lets an admin give money back in this state. */
export const isRefundable = (status: OrderStatus): boolean => {
  const { refundPart } = orderTable[status];
  return !(typeof refundPart === 'object' && 'refuse' in refundPart);
};

/** Every change of state in the table, each once. */
export const transitions: readonly { from: OrderStatus; to: OrderStatus }[] = (
  Object.entries(orderTable) as [OrderStatus, Record<InputName, Cell>][]
).flatMap(([from, row]) => {
  const rules = Object.values(row).flatMap((cell: Cell) =>
    Array.isArray(cell) ? (cell as readonly { then: Rule }[]).map(({ then }) => then) : [cell as Rule],
  );
  const targets = rules.flatMap((rule) =>
    typeof rule === 'object' && 'to' in rule && rule.to ? [rule.to] : [],
  );
  return [...new Set(targets)].map((to) => ({ from, to }));
});
