import type { Money } from '@bramble/contracts/money';
import { demoGoods } from './goods';
import { demoPeople } from './people';

/** A product as a seller would describe it, with what the demo decides itself. */
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

/** Where catalog keeps its products. */
export interface ProductPort {
  /** Adds the products whose id is not there yet and answers how many; those that are there stay as they are. */
  addMissing(products: readonly DemoProduct[]): Promise<number>;
}

const HOUR_MS = 3_600_000;
/** The newest demo product is as old as the demo itself, so that whatever a visitor adds comes first. */
const OPENED = Date.UTC(2026, 8, 1, 8);

/** The whole demo catalogue, priced in `currency`. */
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

/** Adds the demo products that are missing and answers how many were added. */
export const seedCatalog = (products: ProductPort, { currency }: { currency: string }): Promise<number> =>
  products.addMissing(demoProducts(currency));
