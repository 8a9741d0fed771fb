import type { Order } from '@bramble/contracts/orders';
import { waitFor } from '@bramble/test-kit/wait-for';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { request, signUp } from '../helpers/shop-session';
import { ask, orderReaches, placeOrder, sellProduct } from '../helpers/shopper';
import { carts, keptAnswer, lastPiece, rush, type Scene, type Shown } from '../stress/shapes';
import { openStressShop, type StressShop } from '../stress/stress-shop';

/** The promises that a shape of stress saw broken. */
const broken = ({ verdicts }: Shown) => verdicts.filter(({ kept }) => !kept);

describe('the shop, through its public address', () => {
  let shop: RunningShop;
  let seller: string;
  let stress: StressShop;

  beforeAll(async () => {
    shop = await startShop({ env: { DELIVERY_STEP_SECONDS: '0.2', RATE_LIMIT_FACTOR: '100000' } });
    seller = await signUp(shop.url, 'seller');
    stress = openStressShop(shop.url, { connections: 200 });
  }, 300_000);
  afterAll(async () => {
    await stress.close();
    await shop.stop();
  }, 60_000);

  const sceneOf = async (buyers: number): Promise<Scene> => ({
    shop: stress,
    tokens: await stress.signIn(buyers),
    waitSeconds: 60,
    watch: () => undefined,
  });

  const availableOf = async (id: string) =>
    (await request<{ product: { stock: { available: number } } }>(shop.url, `/api/products/${id}`)).product
      .stock.available;

  it('takes a shopper from sign-up through the cart to a COMPLETED order', async () => {
    const { items } = await request<{ items: { id: string; title: string }[] }>(
      shop.url,
      '/api/products?limit=5',
    );
    expect(items).toHaveLength(5);
    const buyer = await signUp(shop.url, 'customer');
    const productId = items[0]!.id;
    await request(shop.url, '/api/cart/items', { token: buyer, body: { productId, quantity: 2 } });
    const placed = await placeOrder(shop.url, buyer, undefined);
    expect(placed.status).toBe(202);
    const { id } = placed.body['order'] as Order;
    const order = await orderReaches(shop.url, buyer, id, ['COMPLETED']);
    expect(order.timeline.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'COMPLETED']),
    );
    expect(order.payment).toEqual({ status: 'captured', attempts: 1 });
    expect(
      (await request<{ cart: { items: unknown[] } }>(shop.url, '/api/cart', { token: buyer })).cart.items,
    ).toEqual([]);
  }, 60_000);

  it('sells exactly 10 of 10 to 200 buyers at once, and tells the rest that it is out of stock', async () => {
    expect(broken(await rush(await sceneOf(200), { buyers: 200, stock: 10 }))).toEqual([]);
  }, 180_000);

  it('gives the last piece to one of two buyers, ten times', async () => {
    expect(broken(await lastPiece(await sceneOf(2), { rounds: 10 }))).toEqual([]);
  }, 90_000);

  it('sells each of 20 carts that share scarce products wholly or not at all', async () => {
    expect(broken(await carts(await sceneOf(20), { buyers: 20 }))).toEqual([]);
  }, 120_000);

  it('makes one order of 50 requests with the same Idempotency-Key', async () => {
    expect(broken(await keptAnswer(await sceneOf(1), { times: 50 }))).toEqual([]);
  }, 90_000);

  it('declines a card, takes another, and refuses a third', async () => {
    const product = await sellProduct(shop.url, seller, 3);
    const buyer = await signUp(shop.url, 'customer');
    const { body } = await placeOrder(shop.url, buyer, [{ productId: product.id, quantity: 1 }], {
      card: 'tok_declined',
    });
    const { id } = body['order'] as Order;
    const pay = (key: string) =>
      ask(
        shop.url,
        'POST',
        '/api/payments/checkout',
        buyer,
        { orderId: id, paymentMethod: { token: 'tok_visa' } },
        { 'idempotency-key': key },
      );
    let again = await pay('try-1');
    for (let n = 2; again.status === 409 && n < 100; n++) again = await pay(`try-${n}`);
    expect(again.status).toBe(202);
    const order = await orderReaches(shop.url, buyer, id, ['COMPLETED']);
    expect(order.payment).toEqual({ status: 'captured', attempts: 2 });
    expect((await pay('late')).body['code']).toBe('order_not_payable');
  }, 60_000);

  it('puts stock and money back when an order is cancelled', async () => {
    const product = await sellProduct(shop.url, seller, 2);
    const buyer = await signUp(shop.url, 'customer');
    const { body } = await placeOrder(shop.url, buyer, [{ productId: product.id, quantity: 2 }], {
      card: 'tok_slow',
    });
    const { id } = body['order'] as Order;
    await orderReaches(shop.url, buyer, id, ['RESERVED']);
    expect((await ask(shop.url, 'POST', `/api/orders/${id}/cancel`, buyer)).status).toBe(200);
    // tok_slow is captured about five seconds after the cancel; the late money goes back.
    await waitFor(
      async () => {
        const { items } = await request<{ items: { type: string; status: string }[] }>(
          shop.url,
          `/api/payments?orderId=${id}`,
          { token: buyer },
        );
        return items.some(({ type, status }) => type === 'refund' && status === 'succeeded');
      },
      { timeout: 40_000, interval: 250, what: 'the refund' },
    );
    expect(await availableOf(product.id)).toBe(2);
  }, 90_000);
});
