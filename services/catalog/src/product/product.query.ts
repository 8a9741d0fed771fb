import type { Document, Filter } from 'mongodb';
import { z } from 'zod';
import type { ProductQuery } from '@bramble/contracts/catalog';
import { idSchema } from '@bramble/contracts/page';
import { decodeCursor } from '@bramble/service-kit/base/cursor';
import type { StoredProduct } from './product';
import { searchWords } from './product.words';

type StoredSort = 'newest' | 'price' | '-price' | 'popular';
export type Sort = StoredSort | 'relevance';

/** The query of a list. `sellerNot` excludes the products of one seller. */
export type ListQuery = Omit<ProductQuery, 'limit' | 'cursor'> & {
  limit: number;
  cursor?: string | undefined;
  sellerNot?: string | undefined;
};

const orders: Record<StoredSort, { field: string; direction: 1 | -1; read: (row: StoredProduct) => number }> =
  {
    newest: { field: 'createdAt', direction: -1, read: (row) => row.createdAt.getTime() },
    price: { field: 'price.amount', direction: 1, read: (row) => row.price.amount },
    '-price': { field: 'price.amount', direction: -1, read: (row) => row.price.amount },
    popular: { field: 'popularity', direction: -1, read: (row) => row.popularity },
  };

export interface ScoredProduct extends StoredProduct {
  score?: number;
}

/** Without words there is no relevance, so the newest come first. */
export function sortOf({ q, sort }: Pick<ListQuery, 'q' | 'sort'>): Sort {
  if (!q) return sort === undefined || sort === 'relevance' ? 'newest' : sort;
  return sort ?? 'relevance';
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Full-text matches (stemmed, over title, category and description), and products whose title and category have a word
 * with each typed prefix.
 */
function matching(words: readonly string[]): Filter<StoredProduct> {
  const prefixes = words.map((word) => ({ words: { $regex: `^${escaped(word)}` } }));
  return { $or: [{ $text: { $search: words.join(' ') } }, { $and: prefixes }] };
}

/** Products with all typed words in title or category rank above other full-text matches. */
function scoreOf(words: readonly string[]): Document {
  const hasPrefix = (word: string) => ({
    $anyElementTrue: {
      $map: { input: '$words', in: { $eq: [{ $substrCP: ['$$this', 0, [...word].length] }, word] } },
    },
  });
  const all = { $allElementsTrue: [words.map(hasPrefix)] };
  return { $add: [{ $ifNull: [{ $meta: 'textScore' }, 0] }, { $cond: [all, 100, 0] }] };
}

function baseFilter(query: ListQuery): Filter<StoredProduct> {
  const { category, seller, sellerNot, minPrice, maxPrice, inStock } = query;
  const price = {
    ...(minPrice === undefined ? {} : { $gte: minPrice }),
    ...(maxPrice === undefined ? {} : { $lte: maxPrice }),
  };
  const and: Filter<StoredProduct>[] = [{ live: true }];
  if (category !== undefined) and.push({ category });
  if (seller !== undefined) and.push({ sellerId: seller });
  if (sellerNot !== undefined) and.push({ sellerId: { $ne: sellerNot } });
  if (Object.keys(price).length > 0) and.push({ 'price.amount': price } as Filter<StoredProduct>);
  if (inStock === true) and.push({ 'stock.available': { $gt: 0 } } as Filter<StoredProduct>);
  if (inStock === false) and.push({ 'stock.available': 0 } as Filter<StoredProduct>);
  return { $and: and };
}

const cursorOf = (sort: Sort) => z.tuple([z.literal(sort), z.number(), idSchema]);

function after(field: string, direction: 1 | -1, value: unknown, idDirection: 1 | -1, id: string): Document {
  const comparison = (order: 1 | -1) => (order === 1 ? '$gt' : '$lt');
  return {
    $or: [
      { [field]: { [comparison(direction)]: value } },
      { [field]: value, _id: { [comparison(idDirection)]: id } },
    ],
  };
}

/** The aggregation of one page plus one row. Null when nothing can match. */
export function listPipeline(query: ListQuery): Document[] | null {
  const sort = sortOf(query);
  const words = query.q ? searchWords(query.q) : [];
  if (query.q && words.length === 0) return null;
  const filter = baseFilter(query);
  const match = words.length > 0 ? { $and: [...(filter.$and ?? []), matching(words)] } : filter;
  const position = query.cursor === undefined ? undefined : decodeCursor(query.cursor, cursorOf(sort));
  const limit = { $limit: query.limit + 1 };
  if (sort === 'relevance') {
    const rest = position ? [{ $match: after('score', -1, position[1], 1, position[2]) }] : [];
    return [
      { $match: match },
      { $addFields: { score: scoreOf(words) } },
      ...rest,
      { $sort: { score: -1, _id: 1 } },
      limit,
    ];
  }
  const { field, direction } = orders[sort];
  const value = position && (sort === 'newest' ? new Date(position[1]) : position[1]);
  const rest = position ? [after(field, direction, value, direction, position[2])] : [];
  return [{ $match: { $and: [match, ...rest] } }, { $sort: { [field]: direction, _id: direction } }, limit];
}

/** The sort values of a row, for the cursor of its page. */
export function positionOf(sort: Sort, row: ScoredProduct): readonly [Sort, number, string] {
  return [sort, sort === 'relevance' ? (row.score ?? 0) : orders[sort].read(row), row._id];
}
