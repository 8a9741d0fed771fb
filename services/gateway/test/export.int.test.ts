import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { agentAs, userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, type Browser, signedUp } from './browser';
import { PASSWORD } from './shop';
import { openWholeShop, type Part, parts, type WholeShop } from './whole-shop';

let shop: WholeShop;
beforeAll(async () => {
  shop = await openWholeShop();
});
afterAll(() => shop.close());

const ADDRESS = {
  name: 'Ana Test',
  line1: '7 Quince Row',
  city: 'Bremen',
  postalCode: '28195',
  country: 'DE',
};

async function offer(browser: Browser, title: string): Promise<string> {
  const { body } = await browser.post('/api/products', {
    title,
    description: 'Cooked today.',
    category: 'larder',
    price: { amount: 500, currency: 'EUR' },
    stock: { available: 10 },
  });
  return body.product.id as string;
}

async function buy(browser: Browser, productId: string): Promise<Order> {
  const body = {
    items: [{ productId, quantity: 1 }],
    shippingAddress: ADDRESS,
    paymentMethod: { token: 'tok_visa' },
  };
  const placed = await browser.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() });
  const { id } = placed.body.order as Order;
  return waitFor(async () => (await browser.get(`/api/orders/${id}`)).body.order as Order, {
    until: ({ status }) => status === 'COMPLETED',
    what: 'the order to be completed',
  });
}

const exported = (browser: Browser, password?: string) =>
  browser.post('/api/users/me/export', password === undefined ? {} : { password });

describe('the export of a person’s data', () => {
  it('has what every service holds of the person, and nothing of others', async () => {
    const one = await signedUp(shop.url, { role: 'seller' });
    const other = await signedUp(shop.url, { role: 'seller' });
    const own = await offer(one.browser, 'Quince jelly');
    const foreign = await offer(other.browser, 'Plum jam');
    await one.browser.put('/api/users/me/profile', { name: 'Ana Test', phone: '123' });
    const bought = await buy(one.browser, foreign);
    const sold = await buy(other.browser, own);
    await one.browser.post('/api/cart/items', { productId: foreign, quantity: 2 });
    const admin = await adminOf(shop.url);
    const refund = { amount: { amount: 100, currency: 'EUR' }, reason: 'a dent' };
    await admin.send('POST', `/api/orders/${bought.id}/refund`, refund, { 'idempotency-key': randomUUID() });
    await admin.patch(`/api/users/${one.user.id}`, { roles: ['customer', 'seller'] });
    // The change of roles ended the access token.
    await one.browser.post('/api/auth/login', { email: one.email, password: PASSWORD });
    await waitFor(async () => (await one.browser.get(`/api/orders/${bought.id}`)).body.order as Order, {
      until: ({ payment }) => payment.status === 'captured',
      what: 'the refund to be confirmed',
    });

    const { status, body } = await exported(one.browser, PASSWORD);
    expect(status).toBe(200);
    expect(body.account).toMatchObject({ id: one.user.id, email: one.email, profile: { phone: '123' } });
    expect(body.sessions).toContainEqual(
      expect.objectContaining({ device: expect.any(String), place: '127.0.0.1', endedAt: null }),
    );
    expect(body.mails).toMatchObject([{ kind: 'verify-email', recipient: one.email }]);
    expect(body.audit).toMatchObject([{ action: 'changeUser', subject: one.user.id }]);
    expect(body.orders).toMatchObject([
      {
        id: bought.id,
        items: [{ productId: foreign }],
        shippingAddress: ADDRESS,
        refunds: [{ amount: 100, reason: 'a dent', confirmedAt: expect.any(String) }],
      },
    ]);
    expect(body.cart).toEqual([{ productId: foreign, quantity: 2 }]);
    expect(body.sales).toMatchObject([{ orderId: sold.id, productId: own }]);
    expect(body.payments).toMatchObject([{ orderId: bought.id, status: 'succeeded' }]);
    expect(body.refunds).toMatchObject([{ orderId: bought.id, amount: 100, status: 'succeeded' }]);
    expect(body.deliveries).toMatchObject([{ orderId: bought.id, status: 'DELIVERED' }]);
    expect(body.products).toMatchObject([{ id: own, title: 'Quince jelly', deletedAt: null }]);
    const text = JSON.stringify(body);
    expect(text).not.toMatch(/argon2|passwordHash|tok_visa|placedFrom/);
    expect(text).not.toContain(other.email);
  });

  it('asks for the password, unless the session has just begun', async () => {
    const { browser, user } = await signedUp(shop.url);
    for (const password of [undefined, '', 'a guess']) {
      const refused = await exported(browser, password);
      expect([refused.status, refused.body.code]).toEqual([403, 'confirmation_required']);
    }
    expect((await browser.get('/api/users/me/export')).status).toBe(200);
    await shop.sql.users.query(
      `UPDATE sessions SET created_at = created_at - interval '11 minutes' WHERE user_id = $1`,
      [user.id],
    );
    const late = await browser.get('/api/users/me/export');
    expect([late.status, late.body.code]).toEqual([403, 'confirmation_required']);
    expect((await exported(browser, PASSWORD)).status).toBe(200);
  });

  it('fails as a whole and names the service that does not answer', async () => {
    const { browser } = await signedUp(shop.url);
    for (const part of parts.filter((name): name is Exclude<Part, 'users'> => name !== 'users')) {
      await shop.stop(part);
      const away = await exported(browser, PASSWORD);
      expect([away.status, away.body.code]).toEqual([503, 'unavailable']);
      expect(away.body.detail).toContain(part);
      await shop.start(part);
    }
    // The breakers let a call through after a while.
    await waitFor(async () => (await exported(browser, PASSWORD)).status, {
      until: (status) => status === 200,
      what: 'the export to work again',
      timeout: 20_000,
    });
  });

  it('is refused by each service when it is asked for with the token of a user’s request', async () => {
    for (const part of parts)
      await agentAs(shop.service(part), userWith('customer')).get('/internal/personal-data').expect(403);
  });
});
