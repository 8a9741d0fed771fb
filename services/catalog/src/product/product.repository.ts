import type { Category, ProductSnapshot } from '@bramble/contracts/catalog';
import type { AnyEvent } from '@bramble/contracts/events';
import type { Mongo } from '@bramble/service-kit/stores/mongo';
import type { MongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import type { ClientSession, Document } from 'mongodb';
import type { Collections } from '../db';
import { categoryName, toSnapshot, type StoredProduct } from './product';
import type { ScoredProduct } from './product.query';

const maxTimeMS = 2_000;

/** What one transaction may do. Its snapshot makes a read and the write after it one step: a change in between repeats the whole. */
export interface ProductUnit {
  load(id: string): Promise<StoredProduct | null>;
  insert(product: StoredProduct): Promise<void>;
  save(product: StoredProduct): Promise<void>;
  publish(events: readonly AnyEvent[]): Promise<void>;
}

interface Dependencies {
  mongo: Mongo;
  outbox: MongoOutbox;
  collections: Collections;
}

export function createProductRepository({ mongo, outbox, collections: { products } }: Dependencies) {
  const unitOf = (session: ClientSession): ProductUnit => ({
    load: (_id) => products.findOne({ _id, live: true }, { session }),
    insert: async (product) => void (await products.insertOne(product, { session })),
    save: async (product) => void (await products.replaceOne({ _id: product._id }, product, { session })),
    publish: (events) => outbox.append(session, events),
  });

  return {
    transaction: <T>(fn: (unit: ProductUnit) => Promise<T>): Promise<T> =>
      mongo.transaction((session) => fn(unitOf(session))),

    byId: (_id: string): Promise<StoredProduct | null> =>
      products.findOne({ _id, live: true }, { maxTimeMS }),

    list: (pipeline: Document[]): Promise<ScoredProduct[]> =>
      products.aggregate<ScoredProduct>(pipeline, { maxTimeMS }).toArray(),

    async snapshots(ids: readonly string[]): Promise<ProductSnapshot[]> {
      const projection = { sellerId: 1, title: 1, price: 1, 'stock.available': 1 };
      const found = await products
        .find({ _id: { $in: [...ids] }, live: true }, { projection, maxTimeMS })
        .toArray();
      return found.map(toSnapshot);
    },

    async categories(): Promise<Category[]> {
      const groups = await products
        .aggregate<{ _id: string; products: number }>(
          [
            { $match: { live: true } },
            { $group: { _id: '$category', products: { $sum: 1 } } },
            { $sort: { _id: 1 } },
          ],
          { maxTimeMS },
        )
        .toArray();
      return groups.map(({ _id: slug, products: count }) => ({
        slug,
        name: categoryName(slug),
        products: count,
      }));
    },

    /** Adds those that are not there yet; what is there stays as it is. */
    async insertMissing(wanted: readonly StoredProduct[]): Promise<number> {
      const known = await products
        .find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { projection: { _id: 1 } })
        .toArray();
      const knownIds = new Set(known.map(({ _id }) => _id));
      const missing = wanted.filter(({ _id }) => !knownIds.has(_id));
      if (missing.length === 0) return 0;
      const { upsertedCount } = await products.bulkWrite(
        missing.map(({ _id, ...product }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: product }, upsert: true },
        })),
        { ordered: false },
      );
      return upsertedCount;
    },
  };
}
export type ProductRepository = ReturnType<typeof createProductRepository>;
