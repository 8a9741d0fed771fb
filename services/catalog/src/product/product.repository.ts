import type { Document } from 'mongodb';
import type { Category, ProductSnapshot } from '@bramble/contracts/catalog';
import type { MongoSession } from '@bramble/service-kit/stores/mongo';
import { collectionsOf } from '../db';
import { categoryName, type StoredProduct, toSnapshot } from './product';
import type { ScoredProduct } from './product.query';

const maxTimeMS = 2_000;
/** Any seller may name a new category with each product. */
const MOST_CATEGORIES = 200;

/**
 * Products, in the database or in one transaction. A transaction reads a snapshot: a concurrent write of a product that
 * it writes too aborts and repeats the transaction.
 */
export function createProductRepository({ db, options }: MongoSession) {
  const { products, erasedAccounts } = collectionsOf(db);

  /** True for an account that was erased: a request of it may have been under way since before the erasure. */
  async function isErased(userId: string): Promise<boolean> {
    const found = await erasedAccounts.findOne(
      { _id: userId },
      { ...options, projection: { _id: 1 }, maxTimeMS },
    );
    return found !== null;
  }

  async function insert(product: StoredProduct): Promise<void> {
    await products.insertOne(product, options);
  }

  async function save(product: StoredProduct): Promise<void> {
    await products.replaceOne({ _id: product._id }, product, options);
  }

  function byId(id: string): Promise<StoredProduct | null> {
    return products.findOne({ _id: id, live: true }, { ...options, maxTimeMS });
  }

  function list(pipeline: Document[]): Promise<ScoredProduct[]> {
    return products.aggregate<ScoredProduct>(pipeline, { ...options, maxTimeMS }).toArray();
  }

  async function snapshots(ids: readonly string[]): Promise<ProductSnapshot[]> {
    const projection = { sellerId: 1, title: 1, price: 1, 'stock.available': 1 };
    const found = await products
      .find({ _id: { $in: [...ids] }, live: true }, { ...options, projection, maxTimeMS })
      .toArray();
    return found.map(toSnapshot);
  }

  /** The categories with the most products, in the order of their slugs. */
  async function categories(): Promise<Category[]> {
    const groups = await products
      .aggregate<{ _id: string; products: number }>(
        [
          { $match: { live: true } },
          { $group: { _id: '$category', products: { $sum: 1 } } },
          { $sort: { products: -1, _id: 1 } },
          { $limit: MOST_CATEGORIES },
          { $sort: { _id: 1 } },
        ],
        { ...options, maxTimeMS },
      )
      .toArray();
    return groups.map(({ _id: slug, products: count }) => ({
      slug,
      name: categoryName(slug),
      products: count,
    }));
  }

  /** Inserts the missing products; existing ones stay unchanged. */
  async function insertMissing(wanted: readonly StoredProduct[]): Promise<number> {
    const known = await products
      .find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { ...options, projection: { _id: 1 } })
      .toArray();
    const knownIds = new Set(known.map(({ _id }) => _id));
    const missing = wanted.filter(({ _id }) => !knownIds.has(_id));
    if (missing.length === 0) return 0;
    const { upsertedCount } = await products.bulkWrite(
      missing.map(({ _id, ...product }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: product }, upsert: true },
      })),
      { ...options, ordered: false },
    );
    return upsertedCount;
  }

  return { isErased, insert, save, byId, list, snapshots, categories, insertMissing };
}
export type ProductRepository = ReturnType<typeof createProductRepository>;
