import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { agentAs, anonymous, userWith } from '@bramble/test-kit/agent';
import { openShop, type Shop } from './shop';

describe('placing and finding orders', () => {
  let shop: Shop;
  let product: string;
  const buyer = userWith('customer');
  const other = userWith('customer');
  const admin = userWith('customer', 'admin');
  const items = (quantity = 1) => ({ items: [{ productId: product, quantity }] });
  const countOrders = async (userId: string | null) =>
    (await shop.sql.query('SELECT 1 FROM orders WHERE user_id = $1', [userId])).rowCount;

  beforeAll(async () => {
    shop = await openShop();
    product = await shop.product();
  });
  afterAll(() => shop.close());

  it('makes one order of fifty parallel posts with one key, and answers all of them alike', async () => {
    const who = userWith('customer');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.post(who, items(), key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await shop.post(who, items(), key)).text).toBe(answers[0]?.text);
    expect(await countOrders(who.id)).toBe(1);
  });

  it('answers a repetition with what was true then, and another body with 422', async () => {
    const key = randomUUID();
    const first = await shop.post(buyer, items(), key).expect(202);
    const { id } = (first.body as { order: Order }).order;
    await shop.agent(buyer).post(`/api/orders/${id}/cancel`).expect(200);
    expect((await shop.post(buyer, items(), key).expect(202)).body).toEqual(first.body);
    expect((await shop.post(buyer, items(2), key).expect(422)).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
    await shop.post(other, items(2), key).expect(202);
  });

  it('keeps a key for 24 hours, and takes it for another order after that', async () => {
    const key = randomUUID();
    const body = { items: [{ productId: product, quantity: 1 }] };
    const idOf = async () =>
      ((await shop.post(buyer, body, key).expect(202)).body as { order: { id: string } }).order.id;
    const first = await idOf();
    const age = (time: string) =>
      shop.sql.query(`UPDATE idempotency SET created_at = created_at - $1::interval WHERE key = $2`, [
        time,
        key,
      ]);
    await age('23 hours 59 minutes');
    expect(await idOf()).toBe(first);
    await age('1 minute');
    expect(await idOf()).not.toBe(first);
  });

  it('does not store a refusal under its key', async () => {
    const key = randomUUID();
    const late = await shop.product({ title: 'Late plums' });
    const body = { items: [{ productId: late, quantity: 1 }], expectedTotal: { amount: 1, currency: 'EUR' } };
    const refused = await shop.post(buyer, body, key).expect(409);
    expect(refused.body).toMatchObject({ code: 'price_changed', totals: { subtotal: { amount: 500 } } });
    const { totals } = refused.body as { totals: { total: { amount: number; currency: string } } };
    await shop.post(buyer, { ...body, expectedTotal: totals.total }, key).expect(202);
  });

  it('joins two lines of one product', async () => {
    const twice = { items: [1, 2].map((quantity) => ({ productId: product, quantity })) };
    const placed = await shop.post(buyer, twice).expect(202);
    expect(placed.body).toMatchObject({ order: { items: [{ productId: product, quantity: 3 }] } });
  });

  it('takes one use of a discount for one order, also when it is asked twice', async () => {
    const code = 'BRAMBLE10';
    await agentAs(shop.payments, admin)
      .post('/api/discounts')
      .send({ code, type: 'percent', value: 10, usageLimit: 1 })
      .expect(201);
    const key = randomUUID();
    const body = { ...items(2), discountCode: code };
    const [first, second] = await Promise.all([shop.post(buyer, body, key), shop.post(buyer, body, key)]);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(first.body).toMatchObject({ order: { totals: { discount: { amount: 100 } } } });
    expect(second.body).toEqual(first.body);
    expect((await shop.post(other, body).expect(400)).body).toMatchObject({ code: 'discount_invalid' });
  });

  it.each([
    [
      'a product that is not there',
      () => ({ items: [{ productId: randomUUID(), quantity: 1 }] }),
      409,
      'product_unavailable',
    ],
    ['an empty cart', () => ({}), 400, 'cart_empty'],
    ['no quantity', () => items(0), 400, 'invalid_input'],
    [
      'more than 999 in two lines',
      () => ({ items: [...items(600).items, ...items(600).items] }),
      400,
      'invalid_input',
    ],
    [
      'another currency',
      () => ({ ...items(), expectedTotal: { amount: 1, currency: 'USD' } }),
      400,
      'currency_mismatch',
    ],
    [
      'a price of its own',
      () => ({ items: [{ productId: product, quantity: 1, unitPrice: 1 }] }),
      400,
      'invalid_input',
    ],
    ['a status', () => ({ ...items(), status: 'PAID' }), 400, 'invalid_input'],
    ['an operator', () => ({ items: [{ productId: { $ne: null }, quantity: 1 }] }), 400, 'invalid_input'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await shop.post(buyer, body());
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code]);
  });

  it('asks for a key and for a session', async () => {
    const body = { ...items(), shippingAddress: testAddress, paymentMethod: { token: 'tok_visa' } };
    const keyless = await shop.agent(buyer).post('/api/orders').send(body).expect(400);
    expect(keyless.body).toMatchObject({ code: 'missing_idempotency_key' });
    await shop.post(anonymous, items()).expect(401);
  });

  it('shows an order to its owner and to admins, and to nobody else', async () => {
    const placed = await shop.place(buyer, product);
    await shop.agent(buyer).get(`/api/orders/${placed.id}`).expect(200);
    await shop.agent(admin).get(`/api/orders/${placed.id}`).expect(200);
    await shop.agent(other).get(`/api/orders/${placed.id}`).expect(404);
    await shop.agent(other).post(`/api/orders/${placed.id}/cancel`).expect(404);
    const checkout = { orderId: placed.id, paymentMethod: { token: 'tok_visa' } };
    await shop
      .agent(other)
      .post('/api/payments/checkout')
      .set('Idempotency-Key', randomUUID())
      .send(checkout)
      .expect(404);
    await shop.agent(buyer).get('/api/orders/not-an-id').expect(404);
    await shop.agent(anonymous).get(`/api/orders/${placed.id}`).expect(401);
  });

  it('lists the orders of one user page by page, newest first', async () => {
    const who = userWith('customer');
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) placed.unshift((await shop.place(who, product)).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = `limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
      const page = await shop.agent(who).get(`/api/orders?${query}`).expect(200);
      const { items: orders, nextCursor } = page.body as { items: Order[]; nextCursor: string | null };
      seen.push(...orders.map(({ id }) => id));
      expect(orders[0]?.timeline[0]?.status).toBe('PENDING');
      cursor = nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(placed);
    const none = await shop.agent(who).get('/api/orders?status=PAID').expect(200);
    expect(none.body).toEqual({ items: [], nextCursor: null });
    await shop.agent(who).get('/api/orders?cursor=rubbish').expect(400);
  });

  it('lets an admin find an order by the beginning of its number', async () => {
    const placed = await shop.place(buyer, product);
    for (const q of [placed.number, placed.number.toLowerCase(), placed.number.slice(3, 10)]) {
      const found = await shop.agent(admin).get('/api/admin/orders').query({ q }).expect(200);
      expect((found.body as { items: Order[] }).items.map(({ id }) => id)).toContain(placed.id);
    }
    await shop.agent(buyer).get('/api/admin/orders').expect(403);
  });

  it('reads lists from a replica when there is one, and single orders where they are written', async () => {
    const placed = await shop.place(buyer, product);
    const replica = await shop.withReplica();
    try {
      const listed = await agentAs(replica, buyer).get('/api/orders').expect(200);
      expect(listed.body).toEqual({ items: [], nextCursor: null });
      await agentAs(replica, buyer).get(`/api/orders/${placed.id}`).expect(200);
    } finally {
      await replica.close();
    }
  });

  it('exports metrics of orders and replays', async () => {
    const response = await fetch(`${shop.orders.opsUrl}/metrics`);
    const text = await response.text();
    expect(text).toMatch(/bramble_idempotent_replays_total\{[^}]*result="same"[^}]*\} [1-9]/);
    expect(text).toMatch(/bramble_order_transitions_total\{[^}]*from="PENDING"[^}]*\} [1-9]/);
    expect(text).toMatch(/bramble_task_last_success_timestamp_seconds\{[^}]*task="reconcile"[^}]*\} [1-9]/);
    expect(text).toMatch(/bramble_orders\{[^}]*status="PENDING"[^}]*\} [1-9]/);
  });
});
