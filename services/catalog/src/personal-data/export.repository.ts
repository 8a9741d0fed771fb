import type { MongoSession } from '@bramble/service-kit/stores/mongo';
import { collectionsOf } from '../db';
import { toProduct } from '../product/product';

/** Everything that catalog holds of a person: the products that they sell or sold, with those that they deleted. */
export function createExportRepository({ db, options }: MongoSession) {
  const { products } = collectionsOf(db);

  async function read(userId: string): Promise<Record<string, unknown>> {
    const found = await products.find({ sellerId: userId }, options).sort({ createdAt: 1 }).toArray();
    return {
      products: found.map((product) => ({ ...toProduct(product), deletedAt: product.deletedAt })),
    };
  }

  return { read };
}
