import type { Binary, Collection, Db } from 'mongodb';
import type { Money } from '@bramble/contracts/money';
import type { Rejection, Stock, StockLine } from './ledger/stock.ledger';

/** A product document. Deleted products stay, since their reservations still settle. */
export interface ProductDoc {
  _id: string;
  sellerId: string;
  title: string;
  description: string;
  category: string;
  price: Money;
  pictures: { id: string; url: string }[];
  stock: Stock;
  /**
   * A delayed copy of `stock.sold`. It has the index, because updating an indexed field costs as much as all other
   * fields together.
   */
  popularity: number;
  /** Counts edits; stock changes are not counted. */
  version: number;
  /** The words of title and category in the form that search compares, for matches by prefix. */
  words: string[];
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  /** True until the product is deleted. An index needs one range for `true`, and two for `null`. */
  live: boolean;
}

export interface ReservationDoc {
  _id: string;
  lines: StockLine[];
  state: 'live' | 'committed' | 'released' | 'rejected';
  expiresAt: Date;
  restocked: boolean;
  rejection?: Rejection;
  /** The earliest time of the next `reservation.overdue`. */
  remindAt?: Date;
}

interface PictureDoc {
  _id: string;
  bytes: Binary;
  contentType: string;
  createdAt: Date;
}

/** An account that was erased; `_id` is its id. */
interface ErasedAccountDoc {
  _id: string;
  erasedAt: Date;
  /** True once no request that was under way at the erasure can write any more. */
  settled: boolean;
}

export interface Collections {
  products: Collection<ProductDoc>;
  reservations: Collection<ReservationDoc>;
  pictures: Collection<PictureDoc>;
  erasedAccounts: Collection<ErasedAccountDoc>;
}

export const collectionsOf = (db: Db): Collections => ({
  products: db.collection('products'),
  reservations: db.collection('reservations'),
  pictures: db.collection('pictures'),
  erasedAccounts: db.collection('erased_accounts'),
});

/** One index for each kind of query. A sale changes no indexed field. */
export async function createIndexes({ products, reservations, erasedAccounts }: Collections): Promise<void> {
  const live = { live: 1 } as const;
  await Promise.all([
    products.createIndexes([
      { key: { ...live, createdAt: -1, _id: -1 }, name: 'newest' },
      { key: { ...live, 'price.amount': 1, _id: 1 }, name: 'price' },
      { key: { ...live, popularity: -1, _id: -1 }, name: 'popular' },
      { key: { ...live, category: 1, createdAt: -1, _id: -1 }, name: 'category_newest' },
      { key: { ...live, category: 1, 'price.amount': 1, _id: 1 }, name: 'category_price' },
      { key: { ...live, category: 1, popularity: -1, _id: -1 }, name: 'category_popular' },
      { key: { sellerId: 1, ...live, createdAt: -1, _id: -1 }, name: 'seller_newest' },
      { key: { words: 1 }, name: 'words' },
      { key: { 'pictures.id': 1 }, name: 'picture' },
      {
        key: { title: 'text', category: 'text', description: 'text' },
        weights: { title: 10, category: 4, description: 1 },
        name: 'text',
        default_language: 'english',
        language_override: '_language',
      },
    ]),
    reservations.createIndexes([
      { key: { expiresAt: 1 }, name: 'live_deadline', partialFilterExpression: { state: 'live' } },
    ]),
    erasedAccounts.createIndexes([
      { key: { erasedAt: 1 }, name: 'unsettled', partialFilterExpression: { settled: false } },
    ]),
  ]);
}
