import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Db, MongoClient } from 'mongodb';
import type { Product } from '@bramble/contracts/catalog';
import type { AnyEvent, EventOf } from '@bramble/contracts/events';
import { type Agent, agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { buildCatalog } from '../src/app';
import { loadCatalogConfig } from '../src/config';
import { openPublisher } from './publisher';

/** A running catalogue with stores of its own. */
export interface Shop {
  catalog: StartedService;
  stores: TestStores;
  db: Db;
  redis: Redis;
  seller: TestActor;
  as: (who: TestActor) => Agent;
  publish: (...events: AnyEvent[]) => Promise<void>;
  start: (more?: Record<string, string>) => Promise<StartedService>;
  close: () => Promise<void>;
}

export async function openShop(more: Record<string, string> = {}): Promise<Shop> {
  const stores = await testStores('catalog');
  const start = (extra: Record<string, string> = {}) =>
    startService(
      buildCatalog(
        loadCatalogConfig(
          testEnv({
            CATALOG_MONGODB_URL: stores.mongodbUrl,
            REDIS_EVENTS_URL: stores.redisUrl,
            REDIS_CACHE_URL: stores.redisUrl,
            SERVICE_INSTANCE: `test-${randomUUID()}`,
            ...more,
            ...extra,
          }),
        ),
      ),
    );
  const catalog = await start();
  const client = await new MongoClient(stores.mongodbUrl).connect();
  const redis = new Redis(stores.redisUrl);
  return {
    catalog,
    stores,
    db: client.db(),
    redis,
    seller: userWith('seller'),
    as: (who) => agentAs(catalog, who),
    publish: openPublisher(redis),
    start,
    async close() {
      await catalog.stop();
      redis.disconnect();
      await client.close();
      await stores.close();
    },
  };
}

export const draft = (more: object = {}) => ({
  title: 'Raspberry Jam',
  description: 'Made of raspberries and sugar.',
  category: 'larder',
  price: { amount: 490, currency: 'EUR' },
  stock: { available: 10 },
  ...more,
});

export async function offer(shop: Shop, more: object = {}): Promise<Product> {
  const { body } = await shop.as(shop.seller).post('/api/products').send(draft(more)).expect(201);
  return (body as { product: Product }).product;
}

const envelope = (orderId: string) => ({
  id: randomUUID(),
  version: 1,
  occurredAt: new Date().toISOString(),
  key: orderId,
  correlationId: 'test',
  traceparent: '',
});

export interface Line {
  productId: string;
  quantity: number;
}
export const line = ({ id }: { id: string }, quantity = 1): Line => ({ productId: id, quantity });

export const placed = (orderId: string, items: Line[], inMs = 600_000): EventOf<'order.placed'> => ({
  ...envelope(orderId),
  type: 'order.placed',
  payload: {
    orderId,
    userId: randomUUID(),
    number: 'T1',
    items,
    expiresAt: new Date(Date.now() + inMs).toISOString(),
  },
});

export const paid = (orderId: string, items: Line[]): EventOf<'order.paid'> => ({
  ...envelope(orderId),
  type: 'order.paid',
  payload: {
    orderId,
    userId: randomUUID(),
    number: 'T1',
    lines: items.map((item) => ({
      ...item,
      sellerId: randomUUID(),
      title: 'Jam',
      unitPrice: { amount: 1, currency: 'EUR' },
      lineTotal: { amount: item.quantity, currency: 'EUR' },
    })),
    total: { amount: 1, currency: 'EUR' },
    shippingAddress: { name: 'R', line1: 'L', city: 'C', postalCode: '1', country: 'DE' },
  },
});

export const released = (orderId: string, restock = true): EventOf<'order.released'> => ({
  ...envelope(orderId),
  type: 'order.released',
  payload: { orderId, restock },
});
