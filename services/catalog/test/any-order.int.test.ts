import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '@bramble/contracts/events';
import type { StartedService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { ledgerDrift } from '../src/ledger/stock.ledger';
import type { StoredProduct } from '../src/product/product';
import { line, offer, openShop, paid, placed, released, type Shop } from './builders';

const STREAM = 'orders_stream';

/**
 * Within one process an event that fails holds back the later ones of its key. The other process of the group knows nothing
 * of that and handles them first.
 */
describe('commands about stock that overtake one another between two instances', () => {
  let shop: Shop;
  let other: StartedService;
  beforeAll(async () => {
    shop = await openShop();
    other = await shop.start();
  });
  afterAll(async () => {
    await other.stop();
    await shop.close();
  });

  /** Has MongoDB refuse the claims of these events, and of no other. */
  const refuse = (ids: readonly string[]) =>
    shop.db.command({ collMod: 'inbox', validator: { _id: { $nin: ids.map((id) => `catalog:${id}`) } } });
  /** Publishes, and waits until every event was handed to one of the two instances. */
  async function publish(...events: AnyEvent[]): Promise<void> {
    await shop.publish(...events);
    await waitFor(async () => {
      const groups = (await shop.redis.xinfo('GROUPS', STREAM)) as unknown[][];
      const catalog = groups.find((group) => group.includes('catalog')) ?? [];
      const last = catalog[catalog.indexOf('last-delivered-id') + 1];
      return (await shop.redis.xrevrange(STREAM, '+', '-', 'COUNT', 1))[0]?.[0] === last;
    });
  }

  it('leave the stock as the orders say', async () => {
    const product = await offer(shop, { stock: { available: 100 } });
    const items = [line(product, 2)];
    const orders = Array.from({ length: 16 }, (_, i) => ({ id: randomUUID(), restock: i % 2 === 0 }));
    await publish(...orders.map(({ id }) => placed(id, items)));
    await waitForEvents(shop.redis, 'inventory_stream', { keys: orders.map(({ id }) => id), count: 16 });
    const payments = orders.map(({ id }) => paid(id, items));
    const releases = orders.map(({ id, restock }) => released(id, restock));
    await refuse(payments.map(({ id }) => id));
    for (const [i, payment] of payments.entries()) {
      await publish(payment);
      if (releases[i]) await publish(releases[i]);
    }
    await refuse([]);
    const claims = [...payments, ...releases].map(({ id }) => `catalog:${id}`);
    const inbox = shop.db.collection<{ _id: string; receivedAt: Date }>('inbox');
    await waitFor(async () => (await inbox.countDocuments({ _id: { $in: claims } })) === claims.length, {
      timeout: 60_000,
      what: 'all events to be handled',
    });
    const claimedAt = async (id = '') => (await inbox.findOne({ _id: `catalog:${id}` }))?.receivedAt ?? NaN;
    let overtaken = 0;
    for (const [i, payment] of payments.entries())
      if ((await claimedAt(releases[i]?.id)) < (await claimedAt(payment.id))) overtaken += 1;
    expect(overtaken).toBeGreaterThan(0);
    const { stock } = (await shop.db.collection<StoredProduct>('products').findOne({ _id: product.id }))!;
    expect(stock).toMatchObject({ available: 84, reserved: 0, sold: 16 });
    expect(ledgerDrift(stock)).toBe(0);
    expect(await shop.db.collection('dead_letters').countDocuments()).toBe(0);
  }, 120_000);
});
