import { randomUUID } from 'node:crypto';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { ledgerDrift } from '../src/ledger/stock.ledger';
import type { StoredProduct } from '../src/product/product';
import { line, offer, openShop, paid, placed, released, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const answered = (count: number, ...keys: string[]) =>
  waitForEvents(shop.redis, 'inventory_stream', { keys, count }, { timeout: 20_000 });
const stockOf = async (id: string) =>
  (await shop.db.collection<StoredProduct>('products').findOne({ _id: id }))!.stock;
const orderIds = (count: number) => Array.from({ length: count }, () => randomUUID());

/** The equation holds for every product, and `reserved` is what live reservations hold. */
async function expectSound(): Promise<void> {
  const held = new Map<string, number>();
  for (const { lines } of await shop.db.collection('reservations').find({ state: 'live' }).toArray()) {
    for (const { productId, quantity } of lines as { productId: string; quantity: number }[]) {
      held.set(productId, (held.get(productId) ?? 0) + quantity);
    }
  }
  for (const { _id, stock } of await shop.db.collection<StoredProduct>('products').find().toArray()) {
    expect(ledgerDrift(stock)).toBe(0);
    expect(Math.min(...Object.values(stock))).toBeGreaterThanOrEqual(0);
    expect(stock.reserved).toBe(held.get(_id) ?? 0);
  }
}

describe('reservations', () => {
  it('confirms exactly 10 of 200 buyers for 10 units', async () => {
    const product = await offer(shop, { stock: { available: 10 } });
    const buyers = orderIds(200);
    await shop.publish(...buyers.map((id) => placed(id, [line(product)])));
    const answers = await answered(200, ...buyers);
    expect(answers.filter(({ type }) => type === 'stock.reserved')).toHaveLength(10);
    const refused = answers.filter(({ type }) => type === 'stock.rejected');
    expect(refused).toHaveLength(190);
    expect(refused[0]?.payload).toMatchObject({ reason: 'out_of_stock', productIds: [product.id] });
    expect(await stockOf(product.id)).toMatchObject({ available: 0, reserved: 10, sold: 0 });
    await expectSound();
  });

  it('gives the last unit to one of two buyers', async () => {
    const product = await offer(shop, { stock: { available: 1 } });
    const [one, other] = orderIds(2) as [string, string];
    await Promise.all([one, other].map((id) => shop.publish(placed(id, [line(product)]))));
    const answers = await answered(2, one, other);
    expect(answers.map(({ type }) => type).sort()).toEqual(['stock.rejected', 'stock.reserved']);
  });

  it('adds up the same product within an order', async () => {
    const product = await offer(shop, { stock: { available: 3 } });
    const [tooMany, fits] = orderIds(2) as [string, string];
    await shop.publish(
      placed(tooMany, [line(product, 2), line(product, 2)]),
      placed(fits, [line(product, 2), line(product, 1)]),
    );
    const answers = await answered(2, tooMany, fits);
    expect(answers.map(({ type }) => type)).toEqual(['stock.rejected', 'stock.reserved']);
    expect(await stockOf(product.id)).toMatchObject({ available: 0, reserved: 3 });
  });

  it('serves carts in opposite order from two replicas without a deadlock', async () => {
    const second = await shop.start();
    try {
      const [a, b] = [
        await offer(shop, { stock: { available: 40 } }),
        await offer(shop, { stock: { available: 40 } }),
      ];
      const buyers = orderIds(100);
      await Promise.all(
        buyers.map((id, n) => shop.publish(placed(id, n % 2 ? [line(a), line(b)] : [line(b), line(a)]))),
      );
      const answers = await answered(100, ...buyers);
      expect(answers.filter(({ type }) => type === 'stock.reserved')).toHaveLength(40);
      expect(await stockOf(a.id)).toMatchObject({ available: 0, reserved: 40 });
      expect(await stockOf(b.id)).toMatchObject({ available: 0, reserved: 40 });
      await expectSound();
    } finally {
      await second.stop();
    }
  });

  it('commits, gives back and refuses as orders tells it to', async () => {
    const product = await offer(shop, { stock: { available: 10 } });
    const [sold, freed, returned, tombstone] = orderIds(4) as [string, string, string, string];
    const items = [line(product, 2)];
    await shop.publish(
      placed(sold, items),
      placed(freed, items),
      placed(returned, items),
      released(tombstone),
      paid(sold, items),
      released(freed),
      paid(returned, items),
      released(returned),
      placed(tombstone, items),
    );
    const answers = await answered(9, sold, freed, returned, tombstone);
    const typesOf = (id: string) => answers.filter(({ key }) => key === id).map(({ type }) => type);
    expect(typesOf(sold)).toEqual(['stock.reserved', 'stock.committed']);
    expect(typesOf(freed)).toEqual(['stock.reserved', 'stock.released']);
    expect(typesOf(returned)).toEqual(['stock.reserved', 'stock.committed', 'stock.released']);
    expect(typesOf(tombstone)).toEqual(['stock.released', 'stock.released']);
    expect(await stockOf(product.id)).toMatchObject({ available: 8, reserved: 0, sold: 2 });
    await expectSound();
  });

  it('answers a command sent again, and an event delivered twice only once', async () => {
    const product = await offer(shop, { stock: { available: 5 } });
    const [order] = orderIds(1) as [string];
    const first = placed(order, [line(product)]);
    const commands = [first, placed(order, [line(product)]), paid(order, [line(product)])];
    await shop.publish(first, ...commands);
    const answers = await answered(3, order);
    expect(answers.map(({ type }) => type)).toEqual(['stock.reserved', 'stock.reserved', 'stock.committed']);
    expect(answers.map(({ correlationId }) => correlationId)).toEqual(
      commands.map(({ correlationId }) => correlationId),
    );
    expect(await stockOf(product.id)).toMatchObject({ available: 4, reserved: 0, sold: 1 });
  });

  it('refuses a product that was withdrawn and settles what was reserved of it before', async () => {
    const product = await offer(shop);
    const [before, after] = orderIds(2) as [string, string];
    await shop.publish(placed(before, [line(product)]));
    await answered(1, before);
    await shop.as(shop.seller).delete(`/api/products/${product.id}`).expect(204);
    await shop.publish(placed(after, [line(product)]), paid(before, [line(product)]));
    const answers = await answered(3, before, after);
    expect(answers.find(({ key }) => key === after)).toMatchObject({
      type: 'stock.rejected',
      payload: { reason: 'product_unavailable', productIds: [product.id] },
    });
    expect(await stockOf(product.id)).toMatchObject({ available: 9, reserved: 0, sold: 1 });
  });

  it('reminds orders of a reservation whose time is up, and never frees it by itself', async () => {
    const product = await offer(shop);
    const [order] = orderIds(1) as [string];
    await shop.publish(placed(order, [line(product)], -1_000));
    const answers = await answered(2, order);
    expect(answers.map(({ type }) => type)).toEqual(['stock.reserved', 'reservation.overdue']);
    expect(await stockOf(product.id)).toMatchObject({ available: 9, reserved: 1 });
  });

  it('keeps the ledger while a seller adjusts and refills under a rush of orders', async () => {
    const product = await offer(shop, { stock: { available: 100 } });
    const buyers = orderIds(150);
    const seller = shop.as(shop.seller);
    const rush = shop.publish(...buyers.map((id) => placed(id, [line(product)])));
    const edits = Array.from({ length: 6 }, async (_, n) => {
      await seller.post(`/api/products/${product.id}/refill`).send({ quantity: 5 }).expect(200);
      await seller
        .patch(`/api/products/${product.id}`)
        .set('if-match', '"1"')
        .send({ stock: { available: 20 + n } })
        .expect(200);
    });
    await Promise.all([rush, ...edits]);
    await answered(150, ...buyers);
    await expectSound();
    expect((await stockOf(product.id)).refilled).toBeGreaterThanOrEqual(30);
  });

  it('refuses a number for stock whose sender did not see the reservation made meanwhile', async () => {
    const product = await offer(shop, { stock: { available: 10 } });
    const [order] = orderIds(1) as [string];
    const change = (ifMatch: string, body: object) =>
      shop.as(shop.seller).patch(`/api/products/${product.id}`).set('if-match', ifMatch).send(body);
    await shop.publish(placed(order, [line(product, 3)]));
    await answered(1, order);

    const refused = await change('"1-0"', { stock: { available: 12 } }).expect(412);
    expect(refused.body).toMatchObject({
      code: 'stock_changed',
      current: { version: 1, stock: { available: 7, revision: 1 } },
    });
    expect(await stockOf(product.id)).toMatchObject({ available: 7, reserved: 3, refilled: 0 });

    const renamed = await change('"1-0"', { title: 'Plum Jam' }).expect(200);
    expect(renamed.body.product).toMatchObject({ version: 2, stock: { available: 7, revision: 1 } });
    const stale = await change('"1-1"', { stock: { available: 12 } }).expect(412);
    expect(stale.body).toMatchObject({ code: 'version_conflict', current: { version: 2 } });

    const seen = await change(renamed.headers['etag']!, { stock: { available: 12 } }).expect(200);
    expect(seen.headers['etag']).toBe('"2-2"');
    expect(await stockOf(product.id)).toMatchObject({ available: 12, reserved: 3, refilled: 5 });
    await change('"2"', { stock: { available: 11 } }).expect(200);
  });

  it('publishes the stock of a product once per batch', async () => {
    const product = await offer(shop, { stock: { available: 50 } });
    const buyers = orderIds(50);
    await shop.publish(...buyers.map((id) => placed(id, [line(product)])));
    await answered(50, ...buyers);
    const said = await waitFor(async () => {
      const all = (await eventsIn(shop.redis, 'catalog_stream')).filter(
        ({ type, key }) => type === 'stock.changed' && key === product.id,
      );
      return all.at(-1)?.payload['available'] === 0 ? all : undefined;
    });
    expect(said.length).toBeLessThan(50);
    expect(said.at(-1)?.payload).toEqual({ productId: product.id, available: 0, revision: 50 });
  });
});
