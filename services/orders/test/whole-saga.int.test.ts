import type { Order } from '@bramble/contracts/orders';
import { agentAs, userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('orders, catalog, payments and delivery together', () => {
  let shop: Shop;
  const buyer = userWith('customer');

  beforeAll(async () => {
    shop = await openShop({ real: true, reservationSeconds: 4 });
  });
  afterAll(() => shop.close());

  const stockOf = async (id: string) =>
    (
      (await agentAs(shop.catalog, buyer).get(`/api/products/${id}`)).body as {
        product: { stock: { available: number } };
      }
    ).product.stock.available;

  it('is paid for with a good card and arrives', async () => {
    const product = await shop.product({ available: 3 });
    const placed = await shop.place(buyer, product, 2);
    await shop.until(buyer, placed.id, ({ status }) => status === 'COMPLETED');
    await waitFor(async () => (await stockOf(product)) === 1, { what: 'one left' });
  });

  it('sells exactly ten of ten to forty shoppers who order at once', async () => {
    const product = await shop.product({ available: 10 });
    const shoppers = Array.from({ length: 40 }, () => userWith('customer'));
    const placed = await Promise.all(shoppers.map((who) => shop.place(who, product)));
    const ended: Order[] = [];
    for (const [index, { id }] of placed.entries())
      ended.push(
        await shop.until(shoppers[index]!, id, ({ status }) => !['PENDING', 'RESERVED'].includes(status)),
      );
    const paid = ended.filter(({ status }) => status !== 'FAILED');
    expect(paid).toHaveLength(10);
    for (const { failureReason } of ended.filter(({ status }) => status === 'FAILED'))
      expect(failureReason).toBe('out_of_stock');
  });

  it('gives the goods back when nobody pays in time', async () => {
    const product = await shop.product({ available: 1 });
    const placed = await shop.place(buyer, product, 1, { paymentMethod: { token: 'tok_declined' } });
    await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'declined');
    const failed = await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    expect(failed.failureReason).toBe('payment_expired');
    await waitFor(async () => (await stockOf(product)) === 1, { what: 'the goods to be back' });
  });

  it('gives goods and money back for a paid order that is cancelled', async () => {
    const product = await shop.product({ available: 1 });
    const placed = await shop.place(buyer, product);
    await shop.until(buyer, placed.id, ({ status }) => status === 'PAID');
    await shop.agent(buyer).post(`/api/orders/${placed.id}/cancel`).expect(200);
    const back = await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'refunded');
    expect(back.totals.refunded).toEqual(placed.totals.total);
    await waitFor(async () => (await stockOf(product)) === 1, { what: 'the goods to be back' });
  });

  it('loses nothing when orders is restarted in the middle', async () => {
    const product = await shop.product({ available: 100 });
    const placed: Order[] = [];
    for (let n = 0; n < 10; n++) placed.push(await shop.place(buyer, product));
    await shop.restart();
    for (const { id } of placed) await shop.until(buyer, id, ({ status }) => status === 'COMPLETED');
    await waitFor(async () => (await stockOf(product)) === 90, { what: 'ninety left' });
  });

  it('owes nothing to anybody in the end', async () => {
    await waitFor(
      async () => {
        const { rows } = await shop.sql.query(
          'SELECT number, status, obligations FROM orders WHERE due_at IS NOT NULL',
        );
        if (rows.length > 0) throw new Error(JSON.stringify(rows));
        return true;
      },
      { what: 'every obligation to be confirmed' },
    );
    expect((await shop.sql.query('SELECT * FROM dead_letters')).rows).toEqual([]);
  });
});
