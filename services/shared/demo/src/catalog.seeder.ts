import type { Money } from '@bramble/contracts/money';
import { demoGoods } from './goods';
import { demoPeople } from './people';

/** A product of the demo: the fields that a seller would enter, and those that the demo sets. */
export interface DemoProduct {
  id: string;
  sellerId: string;
  title: string;
  description: string;
  category: string;
  price: Money;
  stock: { available: number };
  pictures: { id: string; url: string }[];
  createdAt: Date;
}

/** The port to catalog's store. */
export interface ProductPort {
  /** Adds the products whose id is missing and answers how many; existing ones stay unchanged. */
  addMissing(products: readonly DemoProduct[]): Promise<number>;
}

const HOUR_MS = 3_600_000;
/** The creation time of the newest demo product. It lies in the past, so that products of visitors come first. */
const OPENED = Date.UTC(2026, 8, 1, 8);

/** All demo products, priced in `currency`. */
export const demoProducts = (currency: string): DemoProduct[] =>
  demoGoods().map(({ id, title, description, category, price, stock, art }, index) => ({
    id,
    sellerId: demoPeople.seller.id,
    title,
    description,
    category,
    price: { amount: price, currency },
    stock: { available: stock },
    pictures: [{ id: art, url: `/art/${art}.svg` }],
    createdAt: new Date(OPENED - index * HOUR_MS),
  }));

/** Adds the missing demo products and answers how many. */
export const seedCatalog = (products: ProductPort, { currency }: { currency: string }): Promise<number> =>
  products.addMissing(demoProducts(currency));
