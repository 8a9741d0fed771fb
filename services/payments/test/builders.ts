import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { cartApi } from '@bramble/contracts/cart';
import { catalogApi, type ProductSnapshot } from '@bramble/contracts/catalog';
import type { AnyEvent } from '@bramble/contracts/events';
import { type Item, ordersApi } from '@bramble/contracts/orders';
import { baseEnv, loadConfig } from '@bramble/service-kit/base/config';
import { AppError } from '@bramble/service-kit/base/errors';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { createService } from '@bramble/service-kit/service/create-service';
import { testEnv } from '@bramble/test-kit/env';
import { eventOf } from '@bramble/test-kit/events';
import { publishEvents } from '@bramble/test-kit/publish';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { eventsIn, type StreamEntry } from '@bramble/test-kit/streams';
import { waitForEvents } from '@bramble/test-kit/wait-for-events';
import { buildPayments, type PaymentsOverrides } from '../src/app';
import { loadPaymentsConfig } from '../src/config';

/** The neighbours by their contracts: products that can be looked up, a cart, and orders that belong to somebody. */
export interface Neighbours {
  catalogUrl: string;
  ordersUrl: string;
  products: Map<string, ProductSnapshot>;
  cart: Item[];
  /** Order id to owner. */
  owners: Map<string, string>;
  lookups: string[][];
  /** What a look-up waits for. */
  slowness: { wait: () => Promise<unknown> | undefined };
  cookies: (string | undefined)[];
  stop(): Promise<void>;
}

async function startNeighbours(): Promise<Neighbours> {
  const config = loadConfig(baseEnv(0), testEnv());
  const catalog = createService({ name: 'catalog', config });
  const orders = createService({ name: 'orders', config });
  const world = {
    products: new Map<string, ProductSnapshot>(),
    cart: [] as Item[],
    owners: new Map<string, string>(),
    lookups: [] as string[][],
    slowness: { wait: (): Promise<unknown> | undefined => undefined },
    cookies: [] as (string | undefined)[],
  };
  catalog.mount([
    endpoint(catalogApi.lookup, async ({ body }) => {
      world.lookups.push(body.ids);
      await world.slowness.wait();
      return { items: body.ids.flatMap((id) => world.products.get(id) ?? []) };
    }),
  ]);
  orders.mount([
    endpoint(cartApi.cartItems, async ({ req }) => {
      world.cookies.push(req.headers.cookie);
      return { items: world.cart };
    }),
    endpoint(ordersApi.visible, ({ params, actor }) =>
      world.owners.get(params.id) === actor.userId
        ? Promise.resolve(undefined)
        : Promise.reject(new AppError('not_found')),
    ),
  ]);
  const started = await Promise.all([startService(catalog), startService(orders)]);
  return {
    ...world,
    catalogUrl: started[0].url,
    ordersUrl: started[1].url,
    stop: async () => {
      await Promise.all(started.map((service) => service.stop()));
    },
  };
}

export interface World {
  payments: StartedService;
  neighbours: Neighbours;
  stores: TestStores;
  redis: Redis;
  sql: pg.Pool;
  /** Starts another process's worth of payments on the same stores. */
  startPayments(more?: Record<string, string>): Promise<StartedService>;
  publish(...events: AnyEvent[]): Promise<void>;
  /** The events that payments published about an order, oldest first. */
  published(orderId: string): Promise<StreamEntry[]>;
  /** Waits until payments published `count` events about an order. */
  untilPublished(orderId: string, count?: number): Promise<StreamEntry[]>;
  close(): Promise<void>;
}

export async function startWorld(
  more: Record<string, string> = {},
  overrides: PaymentsOverrides = {},
): Promise<World> {
  const stores = await testStores('payments');
  const neighbours = await startNeighbours();
  const redis = new Redis(stores.redisUrl);
  const sql = new pg.Pool({ connectionString: stores.postgresUrl, max: 4 });
  const startPayments = (again: Record<string, string> = {}) =>
    startService(
      buildPayments(
        loadPaymentsConfig(
          testEnv({
            PAYMENTS_DATABASE_URL: stores.postgresUrl,
            REDIS_EVENTS_URL: stores.redisUrl,
            CATALOG_URL: neighbours.catalogUrl,
            ORDERS_URL: neighbours.ordersUrl,
            ALLOW_SANDBOX: 'on',
            RATE_LIMIT_FACTOR: '1000',
            ...more,
            ...again,
          }),
        ),
        overrides,
      ),
    );
  const payments = await startPayments();
  return {
    payments,
    neighbours,
    stores,
    redis,
    sql,
    startPayments,
    publish: (...events) => publishEvents(redis, ...events),
    published: (orderId) => eventsIn(redis, 'payments_stream', { keys: [orderId] }),
    untilPublished: (orderId, count = 1) =>
      waitForEvents(redis, 'payments_stream', { keys: [orderId], count }, { timeout: 15_000 }),
    async close() {
      await payments.stop();
      await neighbours.stop();
      redis.disconnect();
      await sql.end();
      await stores.close();
    },
  };
}

export const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** A product in the neighbours' catalogue. */
export function addProduct({ products }: Neighbours, price: number, available = 10): ProductSnapshot {
  const product = { id: randomUUID(), sellerId: randomUUID(), title: 'Apple', price: eur(price), available };
  products.set(product.id, product);
  return product;
}

/** An order as payments hears of it. */
export function anOrder({ userId = randomUUID() as string, amount = 1_000 } = {}) {
  const orderId = randomUUID();
  const fact = { orderId, userId };
  return {
    orderId,
    userId,
    placed: () => eventOf('order.placed', fact),
    pay: (token: string, attempt = 1) =>
      eventOf('payment.requested', { ...fact, attempt, amount: eur(amount), paymentMethod: { token } }),
    /** `attempt` is the one whose outcome the order waits for. */
    release: (attempt?: number) =>
      eventOf('order.released', { orderId, ...(attempt === undefined ? {} : { attempt }) }),
    returnDiscount: () => eventOf('order.discount_return_requested', { orderId }),
    refund: (refundId: string, of = amount) =>
      eventOf('order.refund_requested', { orderId, refundId, amount: eur(of) }),
  };
}
