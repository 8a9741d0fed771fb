import { cartApi } from '@bramble/contracts/cart';
import { catalogApi } from '@bramble/contracts/catalog';
import { ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { createShopClient, type ShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { carts, keptAnswer, lastPiece, rush, type Scene, type Shown } from '../stress/shapes';
import { openStressShop, type StressShop } from '../stress/stress-shop';

/** The promises that a shape of stress saw broken. */
const broken = ({ verdicts }: Shown) => verdicts.filter(({ kept }) => !kept);

describe('the shop, through its public address', () => {
  let running: RunningShop;
  let shop: ShopClient;
  let seller: string;
  let stress: StressShop;

  beforeAll(async () => {
    running = await startShop({ env: { DELIVERY_STEP_SECONDS: '0.2', RATE_LIMIT_FACTOR: '100000' } });
    shop = createShopClient(running.url);
    seller = await shop.signUp('seller');
    stress = openStressShop(running.url, { connections: 200 });
  }, 300_000);
  afterAll(async () => {
    await stress.close();
    await running.stop();
  }, 60_000);

  const sceneOf = async (buyers: number): Promise<Scene> => ({
    shop: stress,
    tokens: await stress.signIn(buyers),
    waitSeconds: 60,
    watch: () => undefined,
  });

  const availableOf = async (id: string) => (await shop.product(id)).stock.available;

  it('takes a shopper from sign-up through the cart to a COMPLETED order', async () => {
    const { items } = await shop.call(catalogApi.list, { query: { limit: 5 } });
    expect(items).toHaveLength(5);
    const buyer = await shop.signUp('customer');
    const productId = items[0]!.id;
    await shop.call(cartApi.addToCart, { token: buyer, body: { productId, quantity: 2 } });
    const { id } = await shop.placeOrder(buyer);
    const order = await shop.orderReaches(buyer, id, { statuses: ['COMPLETED'] });
    expect(order.timeline.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'COMPLETED']),
    );
    expect(order.payment).toEqual({ status: 'captured', attempts: 1 });
    expect((await shop.call(cartApi.getCart, { token: buyer })).cart.items).toEqual([]);
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
    const product = await shop.offer(seller, 3);
    const buyer = await shop.signUp('customer');
    const { id } = await shop.placeOrder(buyer, {
      items: [{ productId: product.id, quantity: 1 }],
      card: 'tok_declined',
    });
    const pay = (idempotencyKey: string) =>
      shop.call(ordersApi.checkout, {
        token: buyer,
        body: { orderId: id, paymentMethod: { token: 'tok_visa' } },
        idempotencyKey,
      });
    let tries = 0;
    // It is refused until the first card is declined.
    await waitFor(() => pay(`try-${(tries += 1)}`), { what: 'the second card to be taken' });
    const order = await shop.orderReaches(buyer, id, { statuses: ['COMPLETED'] });
    expect(order.payment).toEqual({ status: 'captured', attempts: 2 });
    await expect(pay('late')).rejects.toMatchObject({ code: 'order_not_payable' });
  }, 60_000);

  it('puts stock and money back when an order is cancelled', async () => {
    const product = await shop.offer(seller, 2);
    const buyer = await shop.signUp('customer');
    const { id } = await shop.placeOrder(buyer, {
      items: [{ productId: product.id, quantity: 2 }],
      card: 'tok_slow',
    });
    await shop.orderReaches(buyer, id, { statuses: ['RESERVED'] });
    await shop.call(ordersApi.cancel, { token: buyer, params: { id } });
    // tok_slow is captured about five seconds after the cancel; the late money goes back.
    await waitFor(() => shop.call(paymentsApi.list, { token: buyer, query: { orderId: id } }), {
      until: ({ items }) => items.some(({ type, status }) => type === 'refund' && status === 'succeeded'),
      timeout: 40_000,
      interval: 250,
      what: 'the refund',
    });
    expect(await availableOf(product.id)).toBe(2);
  }, 90_000);
});
