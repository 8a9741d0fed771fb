import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Db, MongoClient } from 'mongodb';
import type { Product } from '@bramble/contracts/catalog';
import type { AnyEvent } from '@bramble/contracts/events';
import type { Item } from '@bramble/contracts/orders';
import { type Agent, agentAs, type TestActor, userWith } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { eventOf } from '@bramble/test-kit/events';
import { publishEvents } from '@bramble/test-kit/publish';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { buildCatalog } from '../src/app';
import { loadCatalogConfig } from '../src/config';
import { priced } from './stock-world';

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
    publish: (...events) => publishEvents(redis, ...events),
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

export const line = ({ id }: { id: string }, quantity = 1): Item => ({ productId: id, quantity });

export const placed = (orderId: string, items: Item[], inMs = 600_000) =>
  eventOf('order.placed', { orderId, items, expiresAt: new Date(Date.now() + inMs).toISOString() });
export const paid = (orderId: string, items: Item[]) =>
  eventOf('order.paid', { orderId, lines: priced(items) });
export const released = (orderId: string, restock = true) => eventOf('order.released', { orderId, restock });
