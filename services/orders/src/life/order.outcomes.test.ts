import { aNewOrder, inputOf, reached } from '../../test/builders';
import type { Input } from './order.inputs';
import { apply, applyDue, IllegalStep } from './order.machine';
import { commands, type InputName, sagaEvents } from './order.states';
import type { OrderState } from './order.types';

const LATER = 9_000;
const contextFor = (order: OrderState, now = order.createdAt + LATER) => {
  let n = 0;
  return { now, newId: () => `new-${++n}` };
};
function after(order: OrderState, ...inputs: (InputName | Input)[]): OrderState {
  return inputs.reduce((before, next) => {
    const outcome = apply(
      before,
      typeof next === 'string' ? inputOf(next, before, 50) : next,
      contextFor(before),
    );
    if (outcome.kind !== 'applied') throw new Error(`${before.status} does not take this input`);
    return outcome.step.order;
  }, order);
}
const withDiscount = (order: OrderState): OrderState => ({
  ...order,
  totals: { ...order.totals, discount: { amount: 100, currency: 'EUR' } },
});
const overdue = (order: OrderState): OrderState => ({ ...order, expiresAt: order.createdAt + LATER });
const free = (order: OrderState): OrderState => ({ ...order, captured: 0 });

/** Orders whose facts choose between the rules of one state. */
const situations: Readonly<Record<string, OrderState>> = {
  PENDING: aNewOrder(),
  'PENDING with a discount': withDiscount(aNewOrder()),
  RESERVED: reached('RESERVED'),
  'RESERVED with a discount': withDiscount(reached('RESERVED')),
  'RESERVED, declined': after(reached('RESERVED'), 'payment.declined'),
  'RESERVED, declined, deadline reached': overdue(after(reached('RESERVED'), 'payment.declined')),
  PAID: reached('PAID'),
  'PAID with a discount': withDiscount(reached('PAID')),
  'PAID, nothing captured': free(reached('PAID')),
  'PAID, partly refunded': after(reached('PAID'), 'refundPart'),
  SHIPPED: reached('SHIPPED'),
  COMPLETED: reached('COMPLETED'),
  'COMPLETED, partly refunded': after(reached('COMPLETED'), 'refundPart'),
  FAILED: reached('FAILED'),
  'FAILED, out of stock': after(aNewOrder(), 'stock.rejected'),
  'FAILED, declined': after(reached('FAILED'), 'payment.declined'),
  'CANCELLED before its reservation': reached('CANCELLED', 'PENDING'),
  'CANCELLED while its card is asked': reached('CANCELLED'),
  'CANCELLED after it was paid': reached('CANCELLED', 'PAID'),
  'CANCELLED, captured late': after(reached('CANCELLED'), 'payment.captured'),
  REFUNDED: reached('REFUNDED'),
  'REFUNDED, refund confirmed': after(reached('REFUNDED'), 'payment.refunded'),
  'REFUNDED, refund confirmed and failed': after(
    reached('REFUNDED'),
    'payment.refunded',
    'payment.refund_failed',
  ),
  'REFUNDED in two parts': after(reached('PAID'), 'refundPart', 'refundAll'),
};

/** Further forms of the inputs: with the other answer, of another attempt, of another refund. */
const variants = (order: OrderState): Record<string, Input> => ({
  'stock.rejected, unavailable': {
    type: 'stock.rejected',
    payload: { orderId: order.id, reason: 'product_unavailable', productIds: ['p'] },
  },
  'stock.reserved for longer': {
    type: 'stock.reserved',
    payload: { orderId: order.id, expiresAt: new Date(order.createdAt + 3_600_000).toISOString() },
  },
  'payment.declined, another attempt': {
    type: 'payment.declined',
    payload: { orderId: order.id, attempt: order.attempt + 1, reason: 'late' },
  },
  'payment.refunded, another refund': {
    type: 'payment.refunded',
    payload: { orderId: order.id, refundId: 'unknown', amount: order.totals.total },
  },
  'payment.refund_failed, another refund': {
    type: 'payment.refund_failed',
    payload: { orderId: order.id, refundId: 'unknown', amount: order.totals.total, reason: 'lost' },
  },
  'delivery.stopped, delivered': {
    type: 'delivery.stopped',
    payload: { orderId: order.id, delivered: true },
  },
  'cancel by an admin': { type: 'cancel', payload: { by: 'admin' } },
  'refundPart with a reason': {
    type: 'refundPart',
    payload: { amount: 10, restock: false, reason: 'a scratch' },
  },
  'refundAll without restocking': {
    type: 'refundAll',
    payload: { amount: order.captured, restock: false, reason: 'lost' },
  },
  'checkout with another card': { type: 'checkout', payload: { card: 'tok_other' } },
});

const text = (value: unknown) => JSON.stringify(value).replaceAll('"', '');
/** The fields in which two orders differ, as `field: value`. */
const changes = (before: OrderState, now: OrderState): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((field) => {
    const [old, is] = [before[field as keyof OrderState], now[field as keyof OrderState]];
    return JSON.stringify(old) === JSON.stringify(is)
      ? []
      : [`${field}: ${is === undefined ? '(gone)' : text(is)}`];
  });

function said(order: OrderState, input: Input): string[] {
  try {
    const outcome = apply(order, input, contextFor(order));
    if (outcome.kind === 'refused') return [`refused, ${outcome.code}`];
    if (outcome.kind !== 'applied') return [outcome.kind];
    const { order: next, events, history, from } = outcome.step;
    return [
      from === next.status ? `stays ${from}` : `${from} → ${next.status}`,
      ...changes(order, next).filter((line) => !/^(?:status|version):/.test(line)),
      ...events.map((event) => `sends ${event.type} ${text(event.payload)}`),
      `history ${text(history)}`,
    ];
  } catch (error) {
    if (!(error instanceof IllegalStep)) throw error;
    return [`illegal: ${error.message}`];
  }
}

/**
 * The snapshot is the whole behaviour of the order's life, for a person to read: a change of the table shows as a
 * difference of it. After an intended change, `npx jest order.outcomes -u` writes it anew.
 */
describe('what an input does to an order', () => {
  it.each(Object.entries(situations))('that is %s', (_, order) => {
    const inputs = Object.entries({
      ...Object.fromEntries([...sagaEvents, ...commands].map((name) => [name, inputOf(name, order, 50)])),
      ...variants(order),
    });
    const lines = inputs.flatMap(([name, input]) => [name, ...said(order, input).map((line) => `  ${line}`)]);
    expect(`\n${lines.join('\n')}\n`).toMatchSnapshot();
  });

  it.each(Object.entries(situations))('that is %s, when nobody answers for a while', (_, order) => {
    const lines = [1, 29, 30, 31, 60, 90, 120, 599, 600, 629, 630, 631].flatMap((seconds) => {
      const done = applyDue(order, contextFor(order, order.createdAt + seconds * 1_000));
      if (!done) return [`${seconds} s: nothing`];
      return [
        `${seconds} s: ${done.resent ? 'sent again' : 'not sent again'}, ${done.step ? `step to ${done.step.order.status}` : 'no step'}`,
        ...changes(order, done.order).map((line) => `  ${line}`),
        ...done.events.map((event) => `  sends ${event.type} ${text(event.payload)}`),
      ];
    });
    expect(`\n${lines.join('\n')}\n`).toMatchSnapshot();
  });
});
