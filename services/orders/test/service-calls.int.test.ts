import { randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { openShop, type Shop } from './shop';

let shop: Shop;
let who: TestActor;
let order: Order;
beforeAll(async () => {
  shop = await openShop();
  who = userWith('customer');
  order = await shop.place(who, await shop.product());
});
afterAll(() => shop.close());

/** Payments, with its key for calls to orders, and a user for whom it says that it asks. */
const paymentsFor = (user: TestActor) => agentAs(shop.orders, { ...user, kind: 'service' });

describe('a service that calls orders', () => {
  it('learns whether a user may see an order, and nothing else of it', async () => {
    const path = `/internal/orders/${order.id}`;
    const { text } = await paymentsFor(who).get(path).expect(204);
    expect(text).toBe('');
    await paymentsFor(userWith('admin')).get(path).expect(204);
    await paymentsFor(userWith('customer')).get(path).expect(404);
    await shop.agent(who).get(path).expect(403);
  });

  it('does not act as a user or an admin', async () => {
    const admin = userWith('admin');
    await shop.agent(admin).get('/api/admin/orders').expect(200);
    await paymentsFor(admin).get('/api/admin/orders').expect(403);
    await paymentsFor(admin)
      .post(`/api/orders/${order.id}/refund`)
      .set('Idempotency-Key', randomUUID())
      .send({})
      .expect(403);
    await paymentsFor(who).get(`/api/orders/${order.id}`).expect(403);
    await paymentsFor(who).post(`/api/orders/${order.id}/cancel`).expect(403);
  });
});
