import { demoProductId, demoUsers } from '@bramble/contracts/demo';
import { demoShelves } from './demo/shelves';
import { newProduct, type StoredProduct } from './product/product';
import type { ProductRepository } from './product/product.repository';

const HOUR_MS = 3_600_000;
/** The newest demo product is as old as the demo itself, so that whatever a visitor adds comes first. */
const OPENED = Date.UTC(2026, 8, 1, 8);

/** The whole demo catalogue: shelves take turns, so that the newest page shows something of everything. */
export function demoProducts(currency: string): StoredProduct[] {
  const longest = Math.max(...demoShelves.map(({ goods }) => goods.length));
  const mixed = Array.from({ length: longest }, (_, row) =>
    demoShelves.flatMap(({ category, goods }) => (goods[row] ? [{ category, good: goods[row] }] : [])),
  ).flat();
  return mixed.map(({ category, good: [title, description, price, stock, art] }, index) =>
    newProduct({
      id: demoProductId(index + 1),
      sellerId: demoUsers.seller.id,
      title,
      description,
      category,
      price: { amount: price, currency },
      stock: { available: stock },
      pictures: [{ id: art, url: `/art/${art}.svg` }],
      createdAt: new Date(OPENED - index * HOUR_MS),
    }),
  );
}

/** Adds the demo products that are missing; one that is there keeps its edits and its stock. Answers how many were added. */
export const seedProducts = (
  repository: Pick<ProductRepository, 'insertMissing'>,
  currency: string,
): Promise<number> => repository.insertMissing(demoProducts(currency));
