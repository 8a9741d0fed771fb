import { agentAs, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { buildOrders } from '../src/app';
import { loadOrdersConfig } from '../src/config';

const NOWHERE = '127.0.0.1:9';
let stores: TestStores;
beforeAll(async () => {
  stores = await testStores('orders');
});
afterAll(() => stores.close());

describe('a service that lacks something requests can do without', () => {
  it.each([
    ['the broker', 'redis_events', { REDIS_EVENTS_URL: `redis://${NOWHERE}` }],
    ['a read replica', 'replica', { ORDERS_REPLICA_URL: `postgresql://nobody@${NOWHERE}/orders` }],
  ])(
    'starts, is ready and answers without %s, and shows its absence',
    async (_, store, env) => {
      const own = { ORDERS_DATABASE_URL: stores.postgresUrl, REDIS_EVENTS_URL: stores.redisUrl };
      const orders = await startService(
        buildOrders(loadOrdersConfig(testEnv({ ...own, PAYMENTS_URL: `http://${NOWHERE}`, ...env }))),
      );
      try {
        expect((await fetch(`${orders.opsUrl}/readyz`)).status).toBe(200);
        const metrics = await (await fetch(`${orders.opsUrl}/metrics`)).text();
        expect(metrics).toMatch(new RegExp(`bramble_store_up\\{[^}]*store="${store}"[^}]*\\} 0`));
        const shopper = agentAs(orders, userWith('customer'));
        await shopper.get('/api/orders').expect(200);
      } finally {
        await orders.stop();
      }
    },
    60_000,
  );
});
