import { randomUUID } from 'node:crypto';
import type { Quote } from '@bramble/contracts/payments';
import { type Agent, agentAs, anonymous, service, userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { addProduct, anOrder, eur, startWorld, type World } from './builders';

let world: World;
let admin: Agent;
let inside: Agent;
let shopper: Agent;
beforeAll(async () => {
  world = await startWorld();
  admin = agentAs(world.payments, 'admin');
  inside = agentAs(world.payments, service);
  shopper = agentAs(world.payments, anonymous);
});
afterAll(() => world.close());

let codes = 0;
const makeCode = async (fields: object = {}): Promise<string> => {
  const code = `CODE${++codes}`;
  await admin
    .post('/api/discounts')
    .send({ code, type: 'percent', value: 10, ...fields })
    .expect(201);
  return code;
};
const usedOf = async (code: string) =>
  (await world.sql.query('SELECT used FROM discounts WHERE code = $1', [code])).rows[0]?.used;
/** A code's counter always equals its uses. */
const expectCounters = async () => {
  const { rows } = await world.sql.query(
    `SELECT code FROM discounts d WHERE used <>
       (SELECT count(*) FROM discount_uses u WHERE u.code = d.code AND state IN ('taken', 'kept'))`,
  );
  expect(rows).toEqual([]);
};

describe('a quote', () => {
  it('prices each line in the order sent, with what is available', async () => {
    const [apple, pear] = [addProduct(world.neighbours, 250, 3), addProduct(world.neighbours, 1_000, 8)];
    const { body } = await shopper
      .post('/api/payments/calculate')
      .send({
        items: [
          { productId: pear.id, quantity: 1 },
          { productId: apple.id, quantity: 2 },
          { productId: pear.id, quantity: 2 },
        ],
        shippingAddress: { country: 'DE' },
      })
      .expect(200);
    const quote = body as Quote;
    expect(quote.items.map(({ productId }) => productId)).toEqual([pear.id, apple.id, pear.id]);
    expect(quote.items[1]).toMatchObject({
      unitPrice: eur(250),
      quantity: 2,
      lineTotal: eur(500),
      available: 3,
    });
    expect(quote.totals).toEqual({
      subtotal: eur(3_500),
      discount: eur(0),
      tax: eur(637),
      shipping: eur(490),
      total: eur(3_990),
    });
  });

  it('takes the items of the caller’s cart when none are sent, by the caller’s cookie', async () => {
    const product = addProduct(world.neighbours, 600);
    await shopper
      .post('/api/payments/calculate')
      .send({})
      .expect(400)
      .expect(({ body }) => expect(body.code).toBe('cart_empty'));
    world.neighbours.cart.push({ productId: product.id, quantity: 2 });
    const { body } = await shopper
      .post('/api/payments/calculate')
      .set('cookie', 'bramble_cart=abc')
      .send({})
      .expect(200);
    expect(body.totals.subtotal).toEqual(eur(1_200));
    expect(world.neighbours.cookies.at(-1)).toBe('bramble_cart=abc');
  });

  it('names the products that are no longer for sale', async () => {
    const [known, gone] = [addProduct(world.neighbours, 100), randomUUID()];
    const { body } = await shopper
      .post('/api/payments/calculate')
      .send({ items: [known.id, gone].map((productId) => ({ productId, quantity: 1 })) })
      .expect(409);
    expect(body).toMatchObject({
      code: 'product_unavailable',
      errors: [{ path: 'items.1.productId', message: gone }],
    });
  });

  it('of two hundred baskets at once costs a few look-ups', async () => {
    const products = Array.from({ length: 20 }, () => addProduct(world.neighbours, 100));
    world.neighbours.lookups.length = 0;
    let asked = 0;
    const { server } = world.payments.service;
    const count = () => (asked += 1);
    server.on('request', count);
    world.neighbours.slowness.wait = () => waitFor(() => asked === 200);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        inside.post('/internal/quotes').send({
          items: [{ productId: products[n % 20]?.id, quantity: 1 }],
        }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    world.neighbours.slowness.wait = () => undefined;
    server.off('request', count);
    expect(world.neighbours.lookups.length).toBeLessThan(40);
  });

  it('is worth no more than an amount may hold', async () => {
    const dear = addProduct(world.neighbours, 999_999_999_999);
    const { body } = await shopper
      .post('/api/payments/calculate')
      .send({ items: [{ productId: dear.id, quantity: 999 }] })
      .expect(400);
    expect(body.code).toBe('invalid_input');
  });

  it('inside is for services only', async () => {
    const items = [{ productId: randomUUID(), quantity: 1 }];
    await agentAs(world.payments, 'customer').post('/internal/quotes').send({ items }).expect(403);
  });
});

describe('a discount code', () => {
  const quote = (code: string, price = 2_000, orderId?: string) => {
    const product = addProduct(world.neighbours, price);
    return inside.post('/internal/quotes').send({
      items: [{ productId: product.id, quantity: 1 }],
      discountCode: code,
      ...(orderId === undefined ? {} : { claimUse: { orderId } }),
    });
  };

  it('is made, listed, changed and removed by an admin alone', async () => {
    const code = await makeCode({ minimum: eur(500), usageLimit: 7 });
    await admin.post('/api/discounts').send({ code, type: 'fixed', value: 1 }).expect(409);
    await agentAs(world.payments, 'customer').get('/api/discounts').expect(403);
    const listed = await admin.get('/api/discounts').query({ limit: 100 }).expect(200);
    expect(listed.body.items).toContainEqual({
      code,
      type: 'percent',
      value: 10,
      minimum: eur(500),
      usageLimit: 7,
      used: 0,
    });
    const changed = await admin
      .patch(`/api/discounts/${code}`)
      .send({ value: 25, minimum: null, endsAt: '2030-01-01T00:00:00Z' })
      .expect(200);
    expect(changed.body.discount).toEqual({
      code,
      type: 'percent',
      value: 25,
      endsAt: '2030-01-01T00:00:00.000Z',
      usageLimit: 7,
      used: 0,
    });
    await admin.patch(`/api/discounts/${code}`).send({ value: 101 }).expect(400);
    await admin.patch(`/api/discounts/${code}`).send({ startsAt: '2031-01-01T00:00:00Z' }).expect(400);
    await admin.patch('/api/discounts/NOBODY').send({ value: 1 }).expect(404);
    await admin.delete(`/api/discounts/${code}`).expect(204);
    await admin.delete(`/api/discounts/${code}`).expect(404);
  });

  it('in another currency is refused', async () => {
    const { body } = await admin
      .post('/api/discounts')
      .send({ code: 'DOLLARS', type: 'fixed', value: 5, minimum: { amount: 1, currency: 'USD' } })
      .expect(400);
    expect(body.code).toBe('currency_mismatch');
  });

  it('is listed page by page', async () => {
    for (let n = 0; n < 3; n++) await makeCode();
    const first = await admin.get('/api/discounts').query({ limit: 2 }).expect(200);
    expect(first.body.items).toHaveLength(2);
    const next = await admin
      .get('/api/discounts')
      .query({ limit: 2, cursor: first.body.nextCursor })
      .expect(200);
    expect(next.body.items[0].code > first.body.items[1].code).toBe(true);
    await admin.get('/api/discounts').query({ cursor: 'nonsense' }).expect(400);
  });

  it('takes off its share, and is refused with one answer when it cannot', async () => {
    const code = await makeCode({ minimum: eur(1_000) });
    expect((await quote(code)).body.totals.discount).toEqual(eur(200));
    const refused = await quote(code, 999);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 'discount_invalid' });
    expect((await quote('NOBODY')).body.code).toBe('discount_invalid');
    expect((await quote(await makeCode({ endsAt: '2020-01-01T00:00:00Z' }))).body.code).toBe(
      'discount_invalid',
    );
  });

  it('with a limit of 5 is used by exactly 5 of 40 orders at once', async () => {
    const code = await makeCode({ usageLimit: 5 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => quote(code, 2_000, randomUUID())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'discount_invalid')).toHaveLength(35);
    expect(await usedOf(code)).toBe(5);
    await expectCounters();
  });

  it('is used once by an order that asks many times at once', async () => {
    const code = await makeCode({ usageLimit: 3 });
    const orderId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => quote(code, 2_000, orderId)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await usedOf(code)).toBe(1);
  });

  it('comes back when its order asks for it, once, and every request is confirmed', async () => {
    const code = await makeCode({ usageLimit: 2 });
    const [failed, cancelled] = [anOrder(), anOrder()];
    for (const { orderId } of [failed, cancelled]) await quote(code, 2_000, orderId).expect(200);
    expect(await usedOf(code)).toBe(2);
    await world.publish(
      failed.placed(),
      cancelled.placed(),
      failed.returnDiscount(),
      failed.returnDiscount(),
      cancelled.returnDiscount(),
    );
    await waitFor(async () => (await usedOf(code)) === 0);
    await expectCounters();
    await world.publish(failed.returnDiscount());
    await waitFor(async () => (await world.published(failed.orderId)).length >= 2, {
      what: 'the confirmations',
    });
    const published = [
      ...(await world.published(failed.orderId)),
      ...(await world.untilPublished(cancelled.orderId)),
    ];
    expect(new Set(published.map(({ type }) => type))).toEqual(new Set(['discount.returned']));
    expect(await usedOf(code)).toBe(0);
    await quote(code, 2_000, randomUUID()).expect(200);
  });

  it('lapses when its order never comes, and counts again when it or its payment comes after all', async () => {
    const code = await makeCode();
    const [late, paying, never] = [anOrder(), anOrder(), anOrder()];
    for (const { orderId } of [late, paying, never]) await quote(code, 2_000, orderId).expect(200);
    await world.sql.query(
      `UPDATE discount_uses SET taken_at = now() - interval '16 minutes' WHERE code = $1`,
      [code],
    );
    const other = await world.startPayments({ SERVICE_INSTANCE: 'other' });
    await waitFor(async () => (await usedOf(code)) === 0);
    await other.stop();
    // The event that tells of the second order was lost.
    await world.publish(late.placed(), paying.pay('tok_visa'));
    await waitFor(async () => (await usedOf(code)) === 2);
    await expectCounters();
  });
});

describe('the payments of an order', () => {
  it('are seen by its owner and admins, and are not found by others', async () => {
    const owner = userWith('customer');
    const order = anOrder({ userId: owner.id ?? '', amount: 700 });
    const refundId = randomUUID();
    await world.publish(order.pay('tok_visa'), order.refund(refundId, 200));
    await waitFor(async () => (await world.published(order.orderId)).length === 2);
    const path = '/api/payments';
    for (const agent of [agentAs(world.payments, owner), admin]) {
      const { body } = await agent.get(path).query({ orderId: order.orderId }).expect(200);
      expect(body.items).toMatchObject([
        { type: 'capture', status: 'succeeded', amount: eur(700) },
        { id: refundId, type: 'refund', status: 'succeeded', amount: eur(200) },
      ]);
    }
    await agentAs(world.payments, 'customer').get(path).query({ orderId: order.orderId }).expect(404);
    await shopper.get(path).query({ orderId: order.orderId }).expect(401);
    const first = await admin.get(path).query({ orderId: order.orderId, limit: 1 }).expect(200);
    const { body } = await admin
      .get(path)
      .query({ orderId: order.orderId, limit: 1, cursor: first.body.nextCursor })
      .expect(200);
    expect(body).toMatchObject({ items: [{ type: 'refund' }], nextCursor: null });
  });

  it('are an empty list while the owner’s order has none', async () => {
    const owner = userWith('customer');
    const orderId: string = randomUUID();
    world.neighbours.owners.set(orderId, owner.id ?? '');
    const { body } = await agentAs(world.payments, owner).get('/api/payments').query({ orderId }).expect(200);
    expect(body.items).toEqual([]);
  });
});
