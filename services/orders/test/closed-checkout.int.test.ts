import { userWith } from '@bramble/test-kit/agent';
import { openShop, type Shop } from './shop';

describe('placing an order while the checkout is closed', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ paymentsEnv: { ALLOW_SANDBOX: 'off' } });
  });
  afterAll(() => shop.close());

  it('refuses the order, and keeps the cart', async () => {
    const buyer = userWith('customer');
    const productId = await shop.product();
    await shop.agent(buyer).post('/api/cart/items').send({ productId, quantity: 2 }).expect(200);
    const { body } = await shop.post(buyer, {}).expect(409);
    expect(body).toMatchObject({ code: 'checkout_closed' });
    const { body: cart } = await shop.agent(buyer).get('/api/cart').expect(200);
    expect(cart).toMatchObject({ cart: { items: [{ productId, quantity: 2 }] } });
    expect((await shop.sql.query('SELECT 1 FROM orders')).rowCount).toBe(0);
  });
});
