import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { catalogApi } from '@bramble/contracts/catalog';
import type { AnyEvent, EventName } from '@bramble/contracts/events';
import type { Order } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { eventOf } from '@bramble/test-kit/events';
import { publishEvents } from '@bramble/test-kit/publish';
import { startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { buildOrders } from '../src/app';
import { loadOrdersConfig } from '../src/config';
import { startCatalog, startDelivery, startPayments } from './neighbours';

export interface ShopOptions {
  /** Catalog, payments and delivery answer events; else the test plays their part in the saga. */
  real?: boolean;
  /** Catalog and orders fill themselves with the demo's data. */
  demo?: boolean;
  reservationSeconds?: number;
  /** Multiplies the limits of unpaid orders. */
  limitFactor?: number;
  /** Further environment of payments. */
  paymentsEnv?: Record<string, string>;
}

/**
 * Orders with real stores, and the real catalog and payments behind it for products and prices. Unless `real`, those two
 * have a Redis of their own, so that the test can say what happens in the saga by the events of the contract.
 */
export async function openShop({
  real = false,
  demo = false,
  reservationSeconds = 600,
  limitFactor = 1_000,
  paymentsEnv = {},
}: ShopOptions = {}) {
  const stores = await Promise.all(
    (['orders', 'payments', 'catalog', 'delivery'] as const).map((name) => testStores(name)),
  );
  const [own, paying, goods, parcels] = stores as [TestStores, TestStores, TestStores, TestStores];
  const events = (apart: TestStores) => (real ? own.redisUrl : apart.redisUrl);
  const catalog = await startCatalog(goods, events(goods), demo);
  const payments = await startPayments(paying, events(paying), catalog.url, paymentsEnv);
  const delivery = real ? await startDelivery(parcels, own.redisUrl) : undefined;
  const build = (more: Record<string, string> = {}) =>
    startService(
      buildOrders(
        loadOrdersConfig(
          testEnv({
            ORDERS_DATABASE_URL: own.postgresUrl,
            REDIS_EVENTS_URL: own.redisUrl,
            PAYMENTS_URL: payments.url,
            RESERVATION_TTL_SECONDS: String(reservationSeconds),
            DEMO: String(demo),
            RATE_LIMIT_FACTOR: String(limitFactor),
            ...more,
          }),
        ),
      ),
    );
  let orders = await build();
  const redis = new Redis(own.redisUrl);
  const sql = new pg.Pool({ connectionString: own.postgresUrl, max: 2 });

  const sellers = { default: userWith('customer', 'seller') };
  const shop = {
    redis,
    sql,
    databaseUrl: own.postgresUrl,
    get orders() {
      return orders;
    },
    catalog,
    payments,
    seller: sellers.default,
    agent: (who: TestActor) => agentAs(orders, who),

    async product({
      price = 500,
      available = 100,
      seller = sellers.default,
      title = 'Jam Strawberries',
    } = {}) {
      const response = await agentAs(catalog, seller)
        .post(catalogApi.create.path)
        .send({
          title,
          description: 'Small and ripe.',
          category: 'fruit',
          price: { amount: price, currency: 'EUR' },
          stock: { available },
        })
        .expect(201);
      return (response.body as { product: { id: string } }).product.id;
    },

    withdraw: (id: string, seller = sellers.default) =>
      agentAs(catalog, seller).delete(`/api/products/${id}`).expect(204),

    post: (who: TestActor, body: object, key: string = randomUUID()) =>
      agentAs(orders, who)
        .post('/api/orders')
        .set('Idempotency-Key', key)
        .send({ shippingAddress: testAddress, paymentMethod: { token: 'tok_visa' }, ...body }),

    async place(who: TestActor, productId: string, quantity = 1, more: object = {}): Promise<Order> {
      const response = await shop.post(who, { items: [{ productId, quantity }], ...more }).expect(202);
      return (response.body as { order: Order }).order;
    },

    async order(who: TestActor, id: string): Promise<Order> {
      const response = await agentAs(orders, who).get(`/api/orders/${id}`).expect(200);
      return (response.body as { order: Order }).order;
    },

    /** Waits until the order is as the predicate wants it. */
    until: (who: TestActor, id: string, wanted: (order: Order) => boolean, timeout = 10_000) =>
      waitFor(() => shop.order(who, id), { until: wanted, what: 'the order', timeout }),

    /** Plays another service: publishes its events. */
    publish: (...events: AnyEvent[]) => publishEvents(redis, ...events),
    async reserve(orderId: string, seconds = 600) {
      const expiresAt = new Date(Date.now() + seconds * 1000).toISOString();
      const event = eventOf('stock.reserved', { orderId, expiresAt });
      await publishEvents(redis, event);
      return event;
    },
    capture: ({ id: orderId, payment, totals }: Order) =>
      shop.publish(
        eventOf('payment.captured', { orderId, attempt: payment.attempts || 1, amount: totals.total }),
      ),
    decline: ({ id: orderId }: Order, attempt = 1) =>
      shop.publish(eventOf('payment.declined', { orderId, attempt })),

    /** Brings an order to `status` by playing the others. */
    async bring(who: TestActor, order: Order, status: 'RESERVED' | 'PAID' | 'SHIPPED' | 'COMPLETED') {
      const steps = ['RESERVED', 'PAID', 'SHIPPED', 'COMPLETED'] as const;
      for (const next of steps.slice(0, steps.indexOf(status) + 1)) {
        if (next === 'RESERVED') await shop.reserve(order.id);
        if (next === 'PAID') await shop.capture(order);
        if (next === 'SHIPPED') await shop.publish(eventOf('delivery.shipped', { orderId: order.id }));
        if (next === 'COMPLETED') await shop.publish(eventOf('delivery.delivered', { orderId: order.id }));
        await shop.until(who, order.id, (now) => now.status === next);
      }
      return shop.order(who, order.id);
    },

    /** What orders published about one order, in its order. */
    published: (id: string, type?: EventName) => eventsIn(redis, 'orders_stream', { keys: [id], type }),
    untilPublished: (id: string, type: EventName, count = 1) =>
      waitForEvents(redis, 'orders_stream', { keys: [id], type, count }),

    /** Lets time pass for an order: every later time that it waits for is nearer by this much. */
    age: (id: string, seconds: number) =>
      sql.query(
        `UPDATE orders SET due_at = due_at - $2::int * interval '1 second', overdue_at = overdue_at - $2::int * interval '1 second',
          expires_at = expires_at - $2::int * interval '1 second',
          obligations = (SELECT coalesce(jsonb_agg(o || jsonb_build_object('dueAt', (o ->> 'dueAt')::bigint - $2::int * 1000,
            'since', (o ->> 'since')::bigint - $2::int * 1000)), '[]') FROM jsonb_array_elements(obligations) o) WHERE id = $1`,
        [id, seconds],
      ),

    /** A second instance of the same consumer group. */
    startAnother: () => build({ SERVICE_INSTANCE: `orders-${randomUUID()}` }),

    /** A second instance, whose replica never caught up: a database that is empty. */
    async withReplica() {
      const empty = await testStores('orders');
      const started = await build({ ORDERS_REPLICA_URL: empty.postgresUrl });
      return {
        ...started,
        close: async () => {
          await started.stop();
          await empty.close();
        },
      };
    },

    async restart(more: Record<string, string> = {}) {
      await orders.stop();
      orders = await build(more);
    },
    async close() {
      redis.disconnect();
      await sql.end();
      await orders.stop();
      await delivery?.stop();
      await payments.stop();
      await catalog.stop();
      await Promise.all(stores.map((each) => each.close()));
    },
  };
  return shop;
}
export type Shop = Awaited<ReturnType<typeof openShop>>;
