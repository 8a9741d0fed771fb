import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { openShop, type Shop } from './shop';

type Instance = Parameters<typeof agentAs>[0];

/**
 * Both instances get the same request with the same key. The reply of the one must be the reply of the other, whichever
 * was first and wherever the second one met it.
 */
describe('one Idempotency-Key at two instances', () => {
  let shop: Shop;
  let other: Awaited<ReturnType<Shop['withReplica']>>;
  let product: string;
  const admin = userWith('customer', 'admin');

  beforeAll(async () => {
    shop = await openShop();
    other = await shop.withReplica();
    product = await shop.product({ available: 1_000 });
  });
  afterAll(async () => {
    await other.close();
    await shop.close();
  });

  const post = (where: Instance, who: TestActor, path: string, key: string, body: object) =>
    agentAs(where, who).post(path).set('Idempotency-Key', key).send(body);

  /** The distinct answers to the same request at both instances. */
  async function answersTo(who: TestActor, path: string, body: object): Promise<string[]> {
    const key = randomUUID();
    const answers = await Promise.all([
      post(shop.orders, who, path, key, body),
      post(other, who, path, key, body),
    ]);
    return [...new Set(answers.map(({ status, text }) => `${status} ${text}`))];
  }

  it('refunds an order once and answers both alike', async () => {
    for (let round = 0; round < 8; round++) {
      const buyer = userWith('customer');
      const placed = await shop.place(buyer, product);
      await shop.bring(buyer, placed, 'PAID');
      const answers = await answersTo(admin, `/api/orders/${placed.id}/refund`, {});
      expect(answers).toEqual([expect.stringMatching(/^200 /)]);
    }
  });

  it('retries a payment once and answers both alike', async () => {
    for (let round = 0; round < 8; round++) {
      const buyer = userWith('customer');
      const placed = await shop.place(buyer, product);
      await shop.bring(buyer, placed, 'RESERVED');
      await shop.decline(placed);
      await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'declined');
      const body = { orderId: placed.id, paymentMethod: { token: 'tok_visa' } };
      const answers = await answersTo(buyer, '/api/payments/checkout', body);
      expect(answers).toEqual([expect.stringMatching(/^202 /)]);
      expect((await shop.order(buyer, placed.id)).payment.attempts).toBe(2);
    }
  });

  it('orders a cart once and answers both alike, though the first empties it while the second begins', async () => {
    const body = { shippingAddress: testAddress, paymentMethod: { token: 'tok_visa' } };
    for (let round = 0; round < 40; round++) {
      const buyer = userWith('customer');
      await shop.agent(buyer).post('/api/cart/items').send({ productId: product, quantity: 1 }).expect(200);
      const key = randomUUID();
      const first = post(shop.orders, buyer, '/api/orders', key, body);
      // supertest sends a request when its answer is asked for.
      const begun = first.then((answer) => answer);
      // Rounds differ in when the second request comes, so that some of them read an empty cart.
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
      const answers = await Promise.all([begun, post(other, buyer, '/api/orders', key, body)]);
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      const ids = answers.map((answer) => (answer.body as { order: Order }).order.id);
      expect(new Set(ids).size).toBe(1);
    }
  });
});
