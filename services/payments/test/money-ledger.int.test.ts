import { randomUUID } from 'node:crypto';
import { waitFor } from '@bramble/test-kit/wait-for';
import { anOrder, startWorld, type World } from './builders';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('the ledger of money', () => {
  /** What a process finds that has not looked yet. */
  async function drift(): Promise<number> {
    const fresh = await world.startPayments();
    try {
      return await waitFor(
        async () => {
          const text = await (await fetch(`${fresh.opsUrl}/metrics`)).text();
          const drifts = /^bramble_ledger_drift\{[^}]*ledger="money"[^}]*\} (\S+)$/m.exec(text);
          return drifts ? { value: Number(drifts[1]) } : undefined;
        },
        // On a busy machine the first scrape may lack it.
        { timeout: 25_000, interval: 500 },
      ).then(({ value }) => value);
    } finally {
      await fresh.stop();
    }
  }

  it('shows what was kept of a released order, and what was given back beyond what was captured', async () => {
    expect(await drift()).toBe(0);
    const kept = anOrder({ amount: 1_300 });
    await world.publish(kept.pay('tok_visa'));
    await world.untilPublished(kept.orderId);
    await world.publish(kept.release());
    const released = await waitFor(
      async () =>
        (
          await world.sql.query(
            `UPDATE released_orders SET released_at = released_at - interval '3 minutes' WHERE order_id = $1`,
            [kept.orderId],
          )
        ).rowCount,
    );
    expect(released).toBe(1);
    // A moment ago it would still have been on its way back.
    expect(await drift()).toBe(0);
    await world.sql.query(
      `UPDATE payment_attempts SET settled_at = settled_at - interval '3 minutes' WHERE order_id = $1`,
      [kept.orderId],
    );
    expect(await drift()).toBe(1_300);
    await world.publish(kept.refund(randomUUID(), 1_300));
    await waitFor(async () =>
      (await world.published(kept.orderId)).some(({ type }) => type === 'payment.refunded'),
    );
    expect(await drift()).toBe(0);
    await world.sql.query('UPDATE refunds SET amount = amount + 5 WHERE order_id = $1', [kept.orderId]);
    expect(await drift()).toBe(5);
  });
});
