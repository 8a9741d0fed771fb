import { randomUUID } from 'node:crypto';
import { userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

let shop: Shop;
let product: string;
const buyer = userWith('customer');
const admin = userWith('customer', 'admin');
beforeAll(async () => {
  shop = await openShop();
  product = await shop.product();
});
afterAll(() => shop.close());

/** The value of the series that has all of `labels`. */
async function series(name: string, ...labels: string[]): Promise<number | undefined> {
  const text = await (await fetch(`${shop.orders.opsUrl}/metrics`)).text();
  const found = text
    .split('\n')
    .find((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)));
  return found === undefined ? undefined : Number(found.split(' ').at(-1));
}

describe('the ledgers of money and orders', () => {
  /** What a check finds now: it runs at the start and once a minute. */
  async function drift(): Promise<(number | undefined)[]> {
    await shop.restart();
    await waitFor(() => series('bramble_ledger_last_check_timestamp_seconds', 'ledger="orders"'));
    return [
      await series('bramble_ledger_drift', 'ledger="money"'),
      await series('bramble_ledger_drift', 'ledger="orders"'),
    ];
  }
  const tampering = async (change: string, undo: string) => {
    await shop.sql.query(change);
    const found = await drift();
    await shop.sql.query(undo);
    return found;
  };

  beforeAll(async () => {
    const orders = [];
    for (let n = 0; n < 4; n++) orders.push(await shop.place(buyer, product, n + 1));
    const [kept, cancelled, refunded] = orders;
    for (const order of [kept, cancelled, refunded]) await shop.bring(buyer, order!, 'PAID');
    await shop.agent(buyer).post(`/api/orders/${cancelled!.id}/cancel`).expect(200);
    const refund = (id: string, body: object) =>
      shop
        .agent(admin)
        .post(`/api/orders/${id}/refund`)
        .set('Idempotency-Key', randomUUID())
        .send(body)
        .expect(200);
    await refund(kept!.id, { amount: { amount: 100, currency: 'EUR' } });
    await refund(refunded!.id, {});
    const waived = await shop.place(buyer, product);
    await shop.reserve(waived.id);
    const nothing = { amount: 0, currency: 'EUR' };
    await shop.publish(eventOf('payment.captured', { orderId: waived.id, attempt: 1, amount: nothing }));
    await shop.until(buyer, waived.id, ({ status }) => status === 'PAID');
  });

  it('are sound with paid, cancelled, refunded and waiting orders, and one whose money was waived', async () => {
    expect(await drift()).toEqual([0, 0]);
    expect(
      await series('bramble_task_last_success_timestamp_seconds', 'task="ledger_check"'),
    ).toBeGreaterThan(0);
  });

  it('show money that was kept of a cancelled order', async () => {
    expect(
      await tampering(
        "UPDATE refunds SET amount = amount - 7 WHERE order_id IN (SELECT id FROM orders WHERE status = 'CANCELLED')",
        "UPDATE refunds SET amount = amount + 7 WHERE order_id IN (SELECT id FROM orders WHERE status = 'CANCELLED')",
      ),
    ).toEqual([7, 0]);
  });

  it('show an order whose state its history does not know, and lines that the reports count wrongly', async () => {
    expect(
      await tampering(
        "UPDATE orders SET status = 'RESERVED' WHERE status = 'PENDING'",
        "UPDATE orders SET status = 'PENDING' WHERE status = 'RESERVED'",
      ),
    ).toEqual([0, 1]);
    expect(
      await tampering('UPDATE sales SET revenue = revenue + 1', 'UPDATE sales SET revenue = revenue - 1'),
    ).toEqual([0, 2]);
    expect(await drift()).toEqual([0, 0]);
  });
});

describe('the reconciler', () => {
  it('shows who waits for too long, counts what it sent again, and what it gave up', async () => {
    const placed = await shop.place(buyer, product);
    await shop.age(placed.id, 31);
    await shop.untilPublished(placed.id, 'order.placed', 2);
    // A process that starts now has not read the gauges yet.
    await shop.restart();
    const late = { timeout: 25_000, interval: 500 };
    expect(await waitFor(() => series('bramble_orders_overdue', 'status="PENDING"'), late)).toBeGreaterThan(
      0,
    );
    expect(await series('bramble_order_oldest_overdue_age_seconds', 'status="PENDING"')).toBeGreaterThan(0);

    const repairs = (result: string) =>
      series('bramble_order_repairs_total', 'status="PENDING"', `result="${result}"`);
    expect([await repairs('resent'), await repairs('gave_up')]).toEqual([0, 0]);
    for (const count of [3, 4]) {
      await shop.age(placed.id, 31);
      await shop.untilPublished(placed.id, 'order.placed', count);
    }
    await shop.age(placed.id, 31);
    const failed = await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    expect(failed.failureReason).toBe('timeout');
    await waitFor(async () => (await repairs('gave_up')) === 1);
    expect(await repairs('resent')).toBe(2);
  });

  it('shows a cancelled order whose refund does not go out, until it has', async () => {
    const late = { timeout: 25_000, interval: 500 };
    const overdue = () => series('bramble_orders_overdue', 'status="CANCELLED"');
    const paid = await shop.bring(buyer, await shop.place(buyer, product), 'PAID');
    await shop.agent(buyer).post(`/api/orders/${paid.id}/cancel`).expect(200);
    const [refund] = await shop.untilPublished(paid.id, 'order.refund_requested');
    await shop.publish(
      eventOf('stock.released', { orderId: paid.id }),
      eventOf('delivery.stopped', { orderId: paid.id }),
    );
    await shop.age(paid.id, 31);
    await shop.untilPublished(paid.id, 'order.refund_requested', 2);
    await shop.restart();
    const before = await waitFor(overdue, late);
    expect(before).toBeGreaterThan(0);
    expect(await series('bramble_order_oldest_overdue_age_seconds', 'status="CANCELLED"')).toBeGreaterThan(0);
    expect(await series('bramble_orders', 'status="CANCELLED"')).toBeUndefined();

    await shop.publish(
      eventOf('payment.refunded', {
        orderId: paid.id,
        refundId: String(refund?.payload['refundId']),
        amount: paid.totals.total,
      }),
    );
    await shop.until(buyer, paid.id, ({ payment }) => payment.status === 'refunded');
    await shop.restart();
    await waitFor(overdue, { ...late, until: (now) => now === before - 1 });
  }, 90_000);
});
