import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { openShop, type Shop } from './shop';

describe('the limits of unpaid orders', () => {
  let shop: Shop;
  let product: string;
  /** A second instance. */
  let other: Awaited<ReturnType<Shop['startAnother']>>;
  beforeAll(async () => {
    shop = await openShop({ limitFactor: 1 });
    product = await shop.product({ available: 100 });
    other = await shop.startAnother();
  });
  afterAll(async () => {
    await other.stop();
    await shop.close();
  });

  const postFrom = (
    address: string,
    who: TestActor,
    quantity = 1,
    productId = product,
    instance: Parameters<typeof agentAs>[0] = shop.orders,
  ) =>
    agentAs(instance, who)
      .post('/api/orders')
      .set('Idempotency-Key', randomUUID())
      .set('X-Client-Address', address)
      .send({
        items: [{ productId, quantity }],
        shippingAddress: testAddress,
        paymentMethod: { token: 'tok_declined' },
      });
  const idOf = (body: unknown) => (body as { order: Order }).order.id;
  const declineOne = async (who: TestActor, id: string) => {
    await shop.reserve(id);
    await shop.until(who, id, ({ status }) => status === 'RESERVED');
    await shop.decline(await shop.order(who, id));
    return shop.until(who, id, ({ payment }) => payment.status === 'declined');
  };

  it('keep an account from an eleventh unpaid order, and let it order again after it paid one', async () => {
    const buyer = userWith('customer');
    const answers = await Promise.all(Array.from({ length: 10 }, () => postFrom('192.0.2.1', buyer)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    const refused = await postFrom('192.0.2.2', buyer).expect(409);
    expect(refused.body).toMatchObject({ code: 'too_many_unpaid_orders' });
    await postFrom('192.0.2.1', userWith('customer')).expect(202);
    const id = idOf(answers[0]?.body);
    await shop.bring(buyer, await shop.order(buyer, id), 'PAID');
    await postFrom('192.0.2.2', buyer).expect(202);
  });

  it('count thirty simultaneous orders of an account', async () => {
    const buyer = userWith('customer');
    const answers = await Promise.all(Array.from({ length: 30 }, () => postFrom('192.0.2.3', buyer)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(10);
  });

  it('count orders that were cancelled unpaid for an hour', async () => {
    const buyer = userWith('customer');
    for (let i = 0; i < 10; i++) {
      const { body } = await postFrom('192.0.2.4', buyer).expect(202);
      await shop
        .agent(buyer)
        .post(`/api/orders/${idOf(body)}/cancel`)
        .expect(200);
    }
    await postFrom('192.0.2.4', buyer).expect(409);
    await shop.sql.query(`UPDATE orders SET created_at = created_at - interval '1 hour' WHERE user_id = $1`, [
      buyer.id,
    ]);
    await postFrom('192.0.2.4', buyer).expect(202);
  });

  it('leave an account half of the stock of a product, and ten pieces in any case', async () => {
    const [plenty, few] = [await shop.product({ available: 100 }), await shop.product({ available: 10 })];
    const buyer = userWith('customer');
    await postFrom('192.0.2.5', buyer, 10, few).expect(202);
    await postFrom('192.0.2.5', buyer, 30, plenty).expect(202);
    // The first order is not reserved yet, so its pieces are among the 100 that are for sale.
    const { body } = await postFrom('192.0.2.5', buyer, 21, plenty).expect(409);
    expect(body).toMatchObject({ code: 'too_many_unpaid_orders' });
    await postFrom('192.0.2.5', buyer, 20, plenty).expect(202);
  });

  it('leave an address half of the stock of a product in orders whose payment was declined', async () => {
    const plenty = await shop.product({ available: 100 });
    const first = userWith('customer');
    const { body } = await postFrom('192.0.2.6', first, 50, plenty).expect(202);
    await declineOne(first, idOf(body));
    await postFrom('192.0.2.6', userWith('customer'), 30, plenty).expect(409);
    await postFrom('192.0.2.7', userWith('customer'), 30, plenty).expect(202);
  });

  const byStatus = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).sort();

  it('leave an address half of the stock when its accounts order at the same moment', async () => {
    const [plenty, other] = [await shop.product({ available: 80 }), await shop.product({ available: 80 })];
    // None of the orders is declined, reserved or even written when the others arrive.
    const large = await Promise.all(
      [1, 2, 3].map(() => postFrom('192.0.2.9', userWith('customer'), 40, plenty)),
    );
    expect(byStatus(large)).toEqual([202, 409, 409]);
    const small = await Promise.all(
      Array.from({ length: 10 }, () => postFrom('192.0.2.10', userWith('customer'), 8, other)),
    );
    expect(byStatus(small)).toEqual([...Array<number>(5).fill(202), ...Array<number>(5).fill(409)]);
    await postFrom('192.0.2.9', userWith('customer'), 8, plenty).expect(409);
    await postFrom('192.0.2.11', userWith('customer'), 40, plenty).expect(202);
  });

  it('leave an account and an address half of the stock though two instances place its orders', async () => {
    const spread = (count: number, order: (n: number) => ReturnType<typeof postFrom>) =>
      Promise.all(Array.from({ length: count }, (_, n) => order(n)));
    const at = (n: number) => (n % 2 ? other : shop.orders);
    for (let round = 0; round < 3; round++) {
      const [ofAccount, ofAddress] = [
        await shop.product({ available: 80 }),
        await shop.product({ available: 80 }),
      ];
      const buyer = userWith('customer');
      const account = await spread(8, (n) => postFrom(`192.0.2.${20 + n}`, buyer, 10, ofAccount, at(n)));
      const address = await spread(20, (n) =>
        postFrom(`192.0.2.${40 + round}`, userWith('customer'), 4, ofAddress, at(n)),
      );
      expect([account, address].map((all) => all.filter(({ status }) => status === 202).length)).toEqual([
        4, 10,
      ]);
    }
    const one = userWith('customer');
    const orders = await spread(30, (n) => postFrom('192.0.2.60', one, 1, product, at(n)));
    expect(orders.filter(({ status }) => status === 202)).toHaveLength(10);
  }, 60_000);

  it('let an address order more of a product after it paid', async () => {
    const plenty = await shop.product({ available: 80 });
    const first = userWith('customer');
    const { body } = await postFrom('192.0.2.12', first, 40, plenty).expect(202);
    await postFrom('192.0.2.12', userWith('customer'), 1, plenty).expect(409);
    await shop.bring(first, await shop.order(first, idOf(body)), 'PAID');
    await postFrom('192.0.2.12', userWith('customer'), 1, plenty).expect(202);
  });

  it('shorten the reservation to two minutes after a decline', async () => {
    const buyer = userWith('customer');
    const { body } = await postFrom('192.0.2.8', buyer).expect(202);
    const before = Date.now();
    const { expiresAt = '' } = await declineOne(buyer, idOf(body));
    expect(Date.parse(expiresAt) - before).toBeLessThan(125_000);
    expect(Date.parse(expiresAt) - before).toBeGreaterThan(100_000);
  });

  it('store no address as it was sent', async () => {
    await postFrom('192.0.2.99', userWith('customer')).expect(202);
    const { rows } = await shop.sql.query<{ row: string }>('SELECT o::text AS row FROM orders o');
    expect(rows.filter(({ row }) => row.includes('192.0.2'))).toEqual([]);
  });
});
