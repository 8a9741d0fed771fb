import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { type TestActor, userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

const unnamedAddress = { name: '-', line1: '-', city: '-', postalCode: '-' };

let shop: Shop;
let product: string;
beforeAll(async () => {
  shop = await openShop();
  product = await shop.product();
});
afterAll(() => shop.close());

/** Erases an account, and waits until orders has cleared what it held of it. */
async function erase(who: TestActor): Promise<void> {
  await shop.publish(eventOf('user.erased', { userId: who.id ?? '' }));
  await waitFor(
    async () => (await shop.sql.query('SELECT FROM erased_accounts WHERE user_id = $1', [who.id])).rowCount,
    { what: 'orders to have handled the erasure' },
  );
}

describe('an erased account', () => {
  // The gateway checks the session when a request begins; the body may end after the erasure.
  it('places no order by a request that was under way at the erasure', async () => {
    const who = userWith('customer');
    await shop.place(who, product);
    await erase(who);
    const { body } = await shop.post(who, { items: [{ productId: product, quantity: 1 }] }).expect(401);
    expect(body).toMatchObject({ code: 'unauthenticated' });
    const { rows } = await shop.sql.query('SELECT id FROM orders WHERE user_id = $1', [who.id]);
    expect(rows).toHaveLength(1);
  });

  it('pays no order with another card by such a request', async () => {
    const who = userWith('customer');
    const order = await shop.place(who, product);
    await erase(who);
    await shop
      .agent(who)
      .post('/api/payments/checkout')
      .set('Idempotency-Key', randomUUID())
      .send({ orderId: order.id, paymentMethod: { token: 'tok_visa' } })
      .expect(401);
  });

  it('leaves no address in answers to staff, and a repeated refund still refunds once', async () => {
    const who = userWith('customer');
    const admin = userWith('admin');
    const texts = [`Erika ${randomUUID()}`, `Street ${randomUUID()}`] as const;
    const shippingAddress = { ...testAddress, name: texts[0], line1: texts[1] };
    const placed = await shop.place(who, product, 2, { shippingAddress });
    const { id } = await shop.bring(who, placed, 'PAID');
    const key = randomUUID();
    const refund = () =>
      shop
        .agent(admin)
        .post(`/api/orders/${id}/refund`)
        .set('Idempotency-Key', key)
        .send({ amount: { amount: 100, currency: 'EUR' } })
        .expect(200);
    const answers = async () => {
      const text = 'SELECT body::text FROM idempotency WHERE order_id = $1';
      return (await shop.sql.query<{ body: string }>(text, [id])).rows;
    };
    const first = await refund();
    expect((await answers()).some(({ body }) => texts.every((text) => body.includes(text)))).toBe(true);
    await erase(who);
    const left = await answers();
    expect(left).toHaveLength(1);
    expect(texts.filter((text) => left[0]?.body.includes(text))).toEqual([]);
    const again = await refund();
    const { order } = again.body as { order: Order };
    expect(order.totals).toEqual((first.body as { order: Order }).order.totals);
    expect(order.shippingAddress).toEqual({ ...unnamedAddress, country: testAddress.country });
    // While the order runs, its parcel needs the address, and a later answer to staff has it for seconds.
    expect((await shop.order(who, id)).shippingAddress.name).toBe(shippingAddress.name);
    await shop
      .agent(admin)
      .post(`/api/orders/${id}/refund`)
      .set('Idempotency-Key', randomUUID())
      .send({ amount: { amount: 100, currency: 'EUR' } })
      .expect(200);
    await waitFor(answers, {
      until: (rows) => rows.length === 2 && rows.every(({ body }) => !body.includes(shippingAddress.name)),
      what: 'the second pass to clear the later answer',
      timeout: 20_000,
    });
  }, 60_000);
});
