import { randomUUID } from 'node:crypto';
import type { ReportRow, Sale } from '@bramble/contracts/orders';
import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { type TestActor, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { waitFor } from '@bramble/test-kit/wait-for';
import { loadOrdersConfig } from '../src/config';
import { rebuildSales } from '../src/reports/rebuild.repository';
import { openShop, type Shop } from './shop';

describe('sales and reports', () => {
  let shop: Shop;
  const buyer = userWith('customer');
  const admin = userWith('customer', 'admin');
  const grower = userWith('customer', 'seller');
  const baker = userWith('customer', 'seller');
  let plums: string;
  let bread: string;
  const today = new Date().toISOString().slice(0, 10);

  const report = async (who: TestActor, query: Record<string, string> = {}): Promise<ReportRow[]> =>
    (
      (await shop.agent(who).get('/api/reports/sales').query(query).expect(200)).body as {
        items: ReportRow[];
      }
    ).items;
  const short = (rows: ReportRow[]) =>
    rows.map(({ key, orders, quantity, revenue }) => [key, orders, quantity, revenue.amount]);
  const buy = async (items: [string, number][]) => {
    const answer = await shop
      .post(buyer, { items: items.map(([productId, quantity]) => ({ productId, quantity })) })
      .expect(202);
    return shop.bring(buyer, (answer.body as { order: Parameters<Shop['bring']>[1] }).order, 'PAID');
  };

  beforeAll(async () => {
    shop = await openShop();
    plums = await shop.product({ seller: grower, title: 'Plums', price: 300 });
    bread = await shop.product({ seller: baker, title: 'Bread', price: 400 });
    await shop.place(buyer, plums, 9);
    await buy([[plums, 2]]);
    await buy([
      [plums, 1],
      [bread, 3],
    ]);
  });
  afterAll(() => shop.close());

  it('counts from PAID on, by day, product and seller', async () => {
    expect(short(await report(admin))).toEqual([[today, 2, 6, 2100]]);
    expect(await report(admin, { groupBy: 'product' })).toEqual([
      { key: bread, title: 'Bread', orders: 1, quantity: 3, revenue: { amount: 1200, currency: 'EUR' } },
      { key: plums, title: 'Plums', orders: 2, quantity: 3, revenue: { amount: 900, currency: 'EUR' } },
    ]);
    expect(short(await report(admin, { groupBy: 'seller' }))).toEqual([
      [baker.id, 1, 3, 1200],
      [grower.id, 2, 3, 900],
    ]);
  });

  it('shows a seller only what is theirs, and a customer nothing', async () => {
    expect(short(await report(grower))).toEqual([[today, 2, 3, 900]]);
    expect(short(await report(baker, { groupBy: 'seller' }))).toEqual([[baker.id, 1, 3, 1200]]);
    await shop.agent(buyer).get('/api/reports/sales').expect(403);
    await shop.agent(buyer).get('/api/orders/sales').expect(403);
    const sales = await shop.agent(baker).get('/api/orders/sales').expect(200);
    expect((sales.body as { items: Sale[] }).items).toEqual([
      expect.objectContaining({ productId: bread, sellerId: baker.id, quantity: 3, status: 'PAID' }),
    ]);
  });

  it('pages through the lines sold', async () => {
    const first = await shop.agent(admin).get('/api/orders/sales?limit=2').expect(200);
    const { items, nextCursor } = first.body as { items: Sale[]; nextCursor: string };
    const second = await shop.agent(admin).get('/api/orders/sales').query({ cursor: nextCursor }).expect(200);
    const all = [...items, ...(second.body as { items: Sale[] }).items];
    expect(all.map(({ title, quantity }) => [title, quantity])).toEqual([
      ['Plums', 1],
      ['Bread', 3],
      ['Plums', 2],
    ]);
  });

  it('keeps to the period', async () => {
    expect(await report(admin, { from: '2020-01-01', to: '2020-12-31' })).toEqual([]);
    expect(short(await report(admin, { from: today, to: today }))).toEqual([[today, 2, 6, 2100]]);
    expect(await report(admin, { from: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    await shop.agent(admin).get('/api/reports/sales?from=yesterday').expect(400);
  });

  it('takes cancelled and refunded orders out within two seconds', async () => {
    const before = short(await report(admin));
    const cancelled = await buy([[plums, 5]]);
    const refunded = await buy([[bread, 1]]);
    expect(short(await report(admin))).toEqual([[today, 4, 12, 4000]]);
    await shop.agent(buyer).post(`/api/orders/${cancelled.id}/cancel`).expect(200);
    await shop
      .agent(admin)
      .post(`/api/orders/${refunded.id}/refund`)
      .set('Idempotency-Key', randomUUID())
      .send({})
      .expect(200);
    await waitFor(async () => JSON.stringify(short(await report(admin))) === JSON.stringify(before), {
      timeout: 2_000,
    });
  });

  it('makes the read model anew from the history, equal to what it was', async () => {
    const service = createService({
      name: 'orders',
      config: loadOrdersConfig(
        testEnv({
          ORDERS_DATABASE_URL: shop.databaseUrl,
          REDIS_EVENTS_URL: 'redis://127.0.0.1:9',
          PAYMENTS_URL: 'http://127.0.0.1:9',
        }),
      ),
    });
    const sql = openPostgres(service, { url: shop.databaseUrl, max: 1 });
    const good = short(await report(admin, { groupBy: 'product' }));
    expect(await rebuildSales(sql)).toMatchObject({ before: 3, after: 3, different: 0, ordersOff: 0 });
    await shop.sql.query('UPDATE sales SET quantity = quantity + 1 WHERE product_id = $1', [bread]);
    expect((await rebuildSales(sql)).different).toBe(2);
    expect(short(await report(admin, { groupBy: 'product' }))).toEqual(good);
    await service.stop();
  });

  it('keeps its history append-only', async () => {
    await expect(shop.sql.query("UPDATE order_events SET status = 'PAID'")).rejects.toThrow('append-only');
  });
});
