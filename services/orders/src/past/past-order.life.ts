import { money } from '@bramble/contracts/money';
import type { Quote } from '@bramble/contracts/payments';
import type { PastOrder } from '@bramble/demo/past-orders';
import { newId, orderNumber } from '@bramble/service-kit/base/ids';
import type { Input } from '../life/order.inputs';
import { apply } from '../life/order.machine';
import type { HistoryEntry, OrderState } from '../life/order.types';
import type { PastOrderHistory } from '../store/past-order.repository';

const HOUR_MS = 3_600_000;
const RESERVATION_MS = 600_000;
const REFUNDED_AFTER_MS = 2 * HOUR_MS + 3_000;

/** The inputs of a past order, each with its time after the placing in ms. */
function inputsOf({ id: orderId, totals, expiresAt }: OrderState, cancelled: boolean): [number, Input][] {
  const paid: [number, Input][] = [
    [900, { type: 'stock.reserved', payload: { orderId, expiresAt: new Date(expiresAt).toISOString() } }],
    [
      2_400,
      {
        type: 'payment.captured',
        payload: { orderId, paymentId: newId(), attempt: 1, amount: totals.total },
      },
    ],
  ];
  if (cancelled) return [...paid, [2 * HOUR_MS, { type: 'cancel', payload: { by: 'owner' } }]];
  return [
    ...paid,
    [20 * HOUR_MS, { type: 'delivery.shipped', payload: { orderId } }],
    [44 * HOUR_MS, { type: 'delivery.delivered', payload: { orderId } }],
  ];
}

const placed = (past: PastOrder, quote: Quote): OrderState => ({
  id: past.id,
  number: orderNumber(),
  userId: past.userId,
  status: 'PENDING',
  version: 1,
  currency: quote.totals.total.currency,
  lines: quote.items.map(({ available: _available, ...line }) => line),
  totals: { ...quote.totals, refunded: money(0, quote.totals.total.currency) },
  shippingAddress: past.shippingAddress,
  attempt: 0,
  capture: 'none',
  captured: 0,
  refunds: [],
  restock: true,
  expiresAt: past.createdAt + RESERVATION_MS,
  obligations: [],
  correlationId: past.correlationId,
  createdAt: past.createdAt,
});

/** Moves a past order through the order table at its historical times. Publishes no event. */
export function liveThrough(past: PastOrder, quote: Quote, now: number): PastOrderHistory {
  let order = placed(past, quote);
  const { userId, number, currency, totals, lines, createdAt } = order;
  const history: HistoryEntry[] = [
    {
      ...{ orderId: order.id, version: 1, type: 'order.placed', status: 'PENDING', label: 'PENDING' },
      data: { userId, number, currency, totals, lines },
      at: createdAt,
    },
  ];
  function step(input: Input, at: number): void {
    const outcome = apply(order, input, { now: Math.min(at, now), newId });
    if (outcome.kind !== 'applied') throw new Error(`the past order ${past.id} cannot take ${input.type}`);
    order = outcome.step.order;
    history.push(outcome.step.history);
  }
  for (const [afterMs, input] of inputsOf(order, past.cancelled)) step(input, createdAt + afterMs);
  for (const { id: refundId, amount } of order.refunds) {
    const payload = { orderId: order.id, refundId, amount: money(amount, currency) };
    step({ type: 'payment.refunded', payload }, createdAt + REFUNDED_AFTER_MS);
  }
  return { order, history };
}
