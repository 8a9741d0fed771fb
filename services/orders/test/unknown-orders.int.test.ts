import { randomUUID } from 'node:crypto';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('an order that the database does not have, as after a restore', () => {
  let shop: Shop;
  const orderId = randomUUID();
  const deadLetters = async () => (await shop.sql.query('SELECT * FROM dead_letters')).rows;
  const commands = async () =>
    (await shop.published(orderId)).map(({ type, payload }) => ({ type, payload }));

  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  it('has its stock and its delivery released, and no event of it becomes a dead letter', async () => {
    const events = [
      eventOf('stock.reserved', { orderId }),
      eventOf('reservation.overdue', { orderId }),
      eventOf('delivery.shipped', { orderId }),
    ];
    await shop.publish(...events, ...events);
    await shop.untilPublished(orderId, 'order.released', 3);
    // The answers that catalog and delivery give to these commands end the exchange.
    await shop.publish(eventOf('stock.released', { orderId }), eventOf('delivery.stopped', { orderId }));
    await waitFor(async () => {
      const streams = ['inventory_stream', 'delivery_stream'];
      const pending = await Promise.all(streams.map((stream) => shop.redis.xpending(stream, 'orders')));
      return pending.every((reply) => (reply as [number])[0] === 0);
    });
    const released = { type: 'order.released', payload: { orderId, restock: true } };
    expect(await commands()).toEqual([released, released, released]);
    expect(await deadLetters()).toEqual([]);
  });

  it('has its money given back, once for each payment', async () => {
    const paid = randomUUID();
    const paymentId = randomUUID();
    const capture = () => eventOf('payment.captured', { orderId: paid, paymentId });
    await shop.publish(capture(), capture());
    const asked = await shop.untilPublished(paid, 'order.refund_requested', 2);
    expect(new Set(asked.map(({ payload }) => payload['refundId']))).toEqual(new Set([paymentId]));
    expect(asked[0]?.payload['amount']).toEqual({ amount: 1_000, currency: 'EUR' });
    expect(await deadLetters()).toEqual([]);
  });
});
