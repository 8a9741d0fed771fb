import type { CallInput } from '@bramble/contracts/call';
import type { catalogApi } from '@bramble/contracts/catalog';
import { env } from '../../env';
import { minorUnits } from '../../lib/money';

const sorts = ['relevance', 'newest', 'price', '-price', 'popular'] as const;
export type Sort = (typeof sorts)[number];

/** Price bands in whole units of the shop's currency; the last one is open. */
export const priceBands = ['0-5', '5-15', '15-40', '40-'] as const;
export type PriceBand = (typeof priceBands)[number];

/** The search parameters of the catalogue. Absent means the default. */
export interface CatalogueSearch {
  q?: string;
  category?: string;
  sort?: Sort;
  price?: PriceBand;
  inStock?: true;
  /** How many pages are loaded, from 2 on. */
  page?: number;
}

const MAX_PAGES = 20;
export const PAGE_SIZE = 24;

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((candidate) => candidate === value);

/** Parses any search parameters. Invalid ones are left out, so that a malformed URL shows the whole catalogue instead of an error. */
export const readCatalogueSearch = (raw: Record<string, unknown>): CatalogueSearch => {
  const q =
    typeof raw['q'] === 'string' || typeof raw['q'] === 'number' ? String(raw['q']).trim().slice(0, 200) : '';
  const category =
    typeof raw['category'] === 'string' && /^[a-z0-9-]{1,64}$/.test(raw['category']) ? raw['category'] : '';
  const sort = oneOf(sorts, raw['sort']);
  const price = oneOf(priceBands, raw['price']);
  const page = Number(raw['page']);
  return {
    ...(q && { q }),
    ...(category && { category }),
    ...(sort && sort !== defaultSort(q) && { sort }),
    ...(price && { price }),
    ...(raw['inStock'] === true || raw['inStock'] === 'true' ? { inStock: true as const } : {}),
    ...(Number.isInteger(page) && page > 1 && { page: Math.min(page, MAX_PAGES) }),
  };
};

export const defaultSort = (q: string | undefined): Sort => (q ? 'relevance' : 'newest');

type ProductQuery = NonNullable<CallInput<typeof catalogApi.list>['query']>;

/** The search parameters as the query of the list operation. Price bands do not overlap: the upper bound is one minor unit less. */
export const toProductQuery = (search: CatalogueSearch): ProductQuery => {
  const unit = minorUnits(env.fallbackCurrency);
  const [from, to] = (search.price ?? '-').split('-').map((part) => (part ? Number(part) * unit : undefined));
  return {
    sort: search.sort ?? defaultSort(search.q),
    ...(search.q && { q: search.q }),
    ...(search.category && { category: search.category }),
    ...(search.inStock && { inStock: 'true' as const }),
    ...(from && { minPrice: from }),
    ...(to && { maxPrice: to - 1 }),
  };
};

/** True when a filter is set that “show everything” would remove. */
export const isNarrowed = ({ q, category, price, inStock }: CatalogueSearch): boolean =>
  Boolean(q ?? category ?? price ?? inStock);
