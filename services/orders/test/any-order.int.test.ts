import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '@bramble/contracts/events';
import type { Order } from '@bramble/contracts/orders';
import { streamOf } from '@bramble/service-kit/events/events';
import { userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

/**
 * Within one process an event that fails holds back the later ones of its key. The other process of the group knows nothing
 * of that and handles them first.
 */
describe('events of orders that overtake one another between two instances', () => {
  let shop: Shop;
  let other: Awaited<ReturnType<Shop['startAnother']>>;
  let product: string;
  const buyer = userWith('customer');
  const admin = userWith('customer', 'admin');

  beforeAll(async () => {
    shop = await openShop();
    other = await shop.startAnother();
    product = await shop.product({ available: 1_000 });
    await shop.sql.query(
      `CREATE TABLE refused (event_id uuid PRIMARY KEY);
       CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF EXISTS (SELECT FROM refused r WHERE r.event_id = NEW.event_id) THEN
           RAISE EXCEPTION 'may not write %', NEW.event_id USING ERRCODE = '42501';
         END IF; RETURN NEW; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
  });
  afterAll(async () => {
    await other.stop();
    await shop.close();
  });

  const refuse = (ids: readonly string[]) =>
    shop.sql.query('INSERT INTO refused SELECT unnest($1::uuid[])', [ids]);
  const heal = () => shop.sql.query('DELETE FROM refused');
  /** Publishes, and waits until every event was handed to one of the two instances. */
  async function publish(...events: AnyEvent[]): Promise<void> {
    await shop.publish(...events);
    for (const stream of new Set(events.map(({ type }) => streamOf(type))))
      await waitFor(async () => {
        const groups = (await shop.redis.xinfo('GROUPS', stream)) as unknown[][];
        const orders = groups.find((group) => group.includes('orders')) ?? [];
        const last = orders[orders.indexOf('last-delivered-id') + 1];
        return (await shop.redis.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] === last;
      });
  }
  const untilHandled = (events: readonly AnyEvent[]) =>
    waitFor(
      async () => {
        const text = 'SELECT 1 FROM inbox WHERE event_id = ANY($1::uuid[])';
        return (await shop.sql.query(text, [events.map(({ id }) => id)])).rowCount === events.length;
      },
      { timeout: 60_000, what: 'all events to be handled' },
    );
  const placeMany = (count: number) =>
    Promise.all(Array.from({ length: count }, () => shop.place(buyer, product)));
  const letters = async () => (await shop.sql.query('SELECT 1 FROM dead_letters')).rowCount;

  it('bring each order to the same end', async () => {
    const orders = await placeMany(18);
    const events = orders.map(({ id: orderId, totals }) => [
      eventOf('stock.reserved', { orderId }),
      eventOf('payment.captured', { orderId, amount: totals.total }),
      eventOf('stock.committed', { orderId }),
      eventOf('delivery.started', { orderId }),
      eventOf('delivery.shipped', { orderId }),
      eventOf('delivery.delivered', { orderId }),
    ]);
    // Of each order another event is late.
    const lateOf = (i: number) => i % 6;
    await refuse(events.map((own, i) => own[lateOf(i)]?.id ?? ''));
    await publish(...events.flatMap((own) => own.slice(0, 2)));
    for (const [i, { id }] of orders.entries())
      if (lateOf(i) > 1) await shop.until(buyer, id, ({ status }) => status === 'PAID');
    // One by one, so that the two instances take turns.
    for (const own of events) for (const event of own.slice(2)) await publish(event);
    const startsLate = orders.filter((_, i) => lateOf(i) === 3).map(({ id }) => id);
    const overtaken = `SELECT 1 FROM orders WHERE id = ANY($1::uuid[]) AND status <> 'PAID'`;
    await waitFor(async () => (await shop.sql.query(overtaken, [startsLate])).rowCount, {
      what: 'an event that overtakes',
    });
    await heal();
    for (const { id } of orders) await shop.until(buyer, id, ({ status }) => status === 'COMPLETED', 60_000);
    await untilHandled(events.flat());
    expect(await letters()).toBe(0);
    // The first events of a third came too late for what only answers them.
    const answered = orders.filter((_, i) => lateOf(i) > 1).map(({ id }) => id);
    const due = 'SELECT 1 FROM orders WHERE id = ANY($1::uuid[]) AND due_at IS NOT NULL';
    expect((await shop.sql.query(due, [answered])).rowCount).toBe(0);
  }, 120_000);

  it('leave a failed refund open when its failure overtakes its success', async () => {
    const orders = await placeMany(8);
    const refunded: AnyEvent[] = [];
    const failed: AnyEvent[] = [];
    for (const order of orders) {
      await shop.bring(buyer, order, 'PAID');
      const refund = { orderId: order.id, refundId: await refundOf(order), amount: order.totals.total };
      refunded.push(eventOf('payment.refunded', refund));
      failed.push(eventOf('payment.refund_failed', refund));
    }
    await refuse(refunded.map(({ id }) => id));
    for (const [i, event] of refunded.entries()) {
      await publish(event);
      if (failed[i]) await publish(failed[i]);
    }
    await heal();
    await untilHandled([...refunded, ...failed]);
    for (const { id } of orders) expect((await shop.order(buyer, id)).payment.status).toBe('refunding');
  }, 120_000);

  async function refundOf({ id }: Order): Promise<string> {
    await shop
      .agent(admin)
      .post(`/api/orders/${id}/refund`)
      .set('Idempotency-Key', randomUUID())
      .send({})
      .expect(200);
    const [asked] = await shop.untilPublished(id, 'order.refund_requested');
    return String(asked?.payload['refundId']);
  }
});
