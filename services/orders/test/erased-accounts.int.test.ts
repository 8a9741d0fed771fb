import { randomUUID } from 'node:crypto';
import { type TestActor, userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

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
});
