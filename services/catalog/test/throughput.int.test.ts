import { randomUUID } from 'node:crypto';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { StoredProduct } from '../src/product/product';
import { line, offer, openShop, placed, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const reservations = (state?: string) =>
  shop.db.collection('reservations').countDocuments(state ? { state } : {});

async function settle(orders: { productId: string; quantity: number }[][]): Promise<number> {
  const before = await reservations();
  const events = orders.map((items) => placed(randomUUID(), items));
  const start = performance.now();
  await shop.publish(...events);
  await waitFor(async () => (await reservations()) === before + orders.length, { timeout: 60_000 });
  return Math.round((1_000 * orders.length) / (performance.now() - start));
}

/** What the store does at most for one writer of one product: the limit that batches are to beat. */
async function bareDecrements(count: number): Promise<number> {
  const { id } = await offer(shop, { stock: { available: count } });
  const products = shop.db.collection<StoredProduct>('products');
  const start = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = 0; n < count / 8; n++) {
        await products.findOneAndUpdate(
          { _id: id, 'stock.available': { $gt: 0 } },
          { $inc: { 'stock.available': -1, 'stock.reserved': 1 } },
          { writeConcern: { w: 'majority', journal: true } },
        );
      }
    }),
  );
  const rate = Math.round((1_000 * count) / (performance.now() - start));
  await products.deleteOne({ _id: id });
  return rate;
}

describe('reserving under load', () => {
  it('sells 100 of a hot product to 500 orders, faster than one conditional decrement after another', async () => {
    const bare = await bareDecrements(200);
    const hot = await offer(shop, { stock: { available: 100 } });
    const hotRate = await settle(Array.from({ length: 500 }, () => [line(hot)]));
    expect(await reservations('live')).toBe(100);
    expect(await reservations('rejected')).toBe(400);

    const many = await Promise.all(
      Array.from({ length: 20 }, () => offer(shop, { stock: { available: 1_000 } })),
    );
    const spread = Array.from({ length: 1_000 }, (_, n) => [
      line(many[n % 20]!),
      line(many[(n * 7 + 3) % 20]!),
    ]);
    const spreadRate = await settle(spread);
    expect(await reservations('live')).toBe(1_100);
    process.stdout.write(
      `reservations a second: hot ${hotRate}, spread over 20 products ${spreadRate}; bare decrements ${bare}\n` +
        `time per reservation against the bare loop: hot ${(bare / hotRate).toFixed(2)}, spread ${(bare / spreadRate).toFixed(2)}\n`,
    );
    expect(hotRate).toBeGreaterThan(bare / 2);
    expect(spreadRate).toBeGreaterThan(bare / 2);
  }, 120_000);
});
