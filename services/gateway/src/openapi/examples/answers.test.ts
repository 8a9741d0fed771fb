import type { DeadLetter } from '@bramble/contracts/gateway';
import { type Order, orderStatusSchema } from '@bramble/contracts/orders';
import { toDeadLetter, toLetter } from '@bramble/service-kit/events/dead-letters/letter';
import { answerExamples } from './answers';
import * as orders from './orders';

interface Exported {
  orders: Order[];
  payments: { orderId: string; amount: number }[];
  deliveries: { orderId: string; status: string }[];
}

const example = <T>(id: string): T => answerExamples[id] as T;
const shownOrders: Order[] = [
  orders.placedOrder,
  orders.retriedOrder,
  orders.paidOrder,
  orders.cancelledOrder,
  orders.completedOrder,
  orders.partlyRefundedOrder,
];
/** The steps of an order that its buyer sees although its state stays. */
const OTHER_STEPS = ['PAYMENT_DECLINED', 'PARTLY_REFUNDED'];

describe('the example answers', () => {
  it('show a shop that is well, as the status 200 says', () => {
    const { status, services } = example<{ status: string; services: Record<string, string> }>('getHealth');
    expect([status, ...new Set(Object.values(services))]).toEqual(['ok', 'up']);
  });

  it('show orders whose timeline leads to their state, by steps that a buyer sees', () => {
    for (const { status, timeline } of shownOrders) {
      const steps = timeline.map((entry) => entry.status);
      const states = steps.filter((step) => !OTHER_STEPS.includes(step));
      for (const state of states) expect(orderStatusSchema.options).toContain(state);
      expect(states.at(-1)).toBe(status);
      const times = timeline.map(({ at }) => at);
      expect(times).toEqual(times.toSorted());
    }
  });

  it('show orders whose version counts at least the steps of the timeline', () => {
    for (const { version, timeline } of shownOrders) expect(version).toBeGreaterThanOrEqual(timeline.length);
  });

  it('show an export whose parts agree: the order is paid, and has arrived', () => {
    const { orders: bought, payments, deliveries } = example<Exported>('exportMyData');
    expect(bought.map(({ status }) => status)).toEqual(['COMPLETED']);
    expect(payments).toMatchObject(
      bought.map(({ id, totals }) => ({ orderId: id, amount: totals.total.amount })),
    );
    expect(deliveries).toMatchObject(bought.map(({ id }) => ({ orderId: id, status: 'DELIVERED' })));
    expect(example('exportMyDataWithPassword')).toEqual(example('exportMyData'));
  });

  it('show a dead letter as a service makes it of an event that came too early', () => {
    const { items } = example<{ items: DeadLetter[] }>('listDeadLetters');
    const made = items.map(({ stream, group, eventId, type, key, payload, attempts, error, failedAt }) => {
      const fields = { id: eventId, type, key, payload: JSON.stringify(payload) };
      const cause = { attempts, reason: 'handler', error: error.replace(/^handler: /, '') } as const;
      const entry = { stream, origin: stream, id: '1764164700000-0', fields };
      return toDeadLetter(group, toLetter(group, entry, cause, new Date(failedAt)));
    });
    expect(made).toEqual(items);
    expect(items).toHaveLength(1);
  });
});
