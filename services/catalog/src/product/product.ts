import {
  type Product,
  type ProductBody,
  productBody,
  type ProductSnapshot,
} from '@bramble/contracts/catalog';
import type { ProductDoc } from '../db';
import type { Stock } from '../ledger/stock.ledger';
import { wordsOf } from './product.words';

export type StoredProduct = ProductDoc;

export type ProductDraft = ProductBody;

/** Every field of a contract, the optional ones too: the compiler finds one that is not carried over. */
type EachFieldOf<T> = Record<keyof T, unknown>;

export interface NewProduct extends ProductDraft {
  id: string;
  sellerId: string;
  pictures?: { id: string; url: string }[];
  createdAt: Date;
}

/** The state of a product that the sender of a change saw. */
export interface SeenProduct {
  version: number;
  /** The stock revision; undefined when the change is meant whatever the stock is. */
  revision: number | undefined;
}

export const indexedWords = (title: string, category: string): string[] => wordsOf(`${title} ${category}`);

export function newProduct({ id, stock, createdAt, pictures = [], ...draft }: NewProduct): StoredProduct {
  const none = { reserved: 0, sold: 0, refilled: 0, removed: 0, revision: 0 };
  return {
    _id: id,
    sellerId: draft.sellerId,
    title: draft.title,
    description: draft.description,
    category: draft.category,
    price: draft.price,
    pictures,
    stock: { available: stock.available, initial: stock.available, ...none },
    popularity: 0,
    version: 1,
    words: indexedWords(draft.title, draft.category),
    createdAt,
    updatedAt: createdAt,
    deletedAt: null,
    live: true,
  } satisfies StoredProduct & EachFieldOf<ProductBody>;
}

export function toProduct(stored: StoredProduct): Product {
  return {
    id: stored._id,
    sellerId: stored.sellerId,
    title: stored.title,
    description: stored.description,
    category: stored.category,
    price: { amount: stored.price.amount, currency: stored.price.currency },
    pictures: stored.pictures.map(({ id, url }) => ({ id, url, alt: stored.title })),
    stock: { available: stored.stock.available, revision: stored.stock.revision },
    version: stored.version,
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  } satisfies EachFieldOf<Product>;
}

const { stock: _stock, ...plainFields } = productBody.shape;
const plainNames = Object.keys(plainFields) as (keyof typeof plainFields)[];

/** The fields that the audit log shows of a product: each field that a change can set, its pictures, and what there is to sell. */
export const auditedFields = (stored: StoredProduct) => ({
  ...Object.fromEntries(plainNames.map((name) => [name, stored[name]])),
  pictures: stored.pictures.map(({ id }) => id),
  available: stored.stock.available,
});

type SnapshotSource = Pick<StoredProduct, '_id' | 'sellerId' | 'title' | 'price'> & {
  stock: Pick<Stock, 'available'>;
};

export const toSnapshot = ({ _id, sellerId, title, price, stock }: SnapshotSource): ProductSnapshot => ({
  id: _id,
  sellerId,
  title,
  price,
  available: stock.available,
});

/** The ETag contains version and stock revision, so that it changes with edits and with stock. */
export const etagOf = ({ version, stock }: Pick<StoredProduct, 'version' | 'stock'>): string =>
  `"${version}-${stock.revision}"`;

/** `home-and-garden` → `Home and garden`. */
export function categoryName(slug: string): string {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
