import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Product } from '@bramble/contracts/catalog';
import type { Page } from '@bramble/contracts/page';
import { call } from '../../lib/api';
import { catalogApi } from '../../lib/operations.gen';
import { queryClient } from '../../lib/query-client';
import { type CatalogueSearch, PAGE_SIZE, toProductQuery } from './catalogue-search';

const keepEach = (products: Product[]): void => {
  for (const product of products) {
    const key = productQuery(product.id).queryKey;
    if (!queryClient.getQueryData(key)) queryClient.setQueryData(key, product, { updatedAt: 0 });
  }
};

/** The pages of the catalogue. Each product is also cached by its id, so that its own page opens at once. */
export const productsQuery = (search: CatalogueSearch) => {
  const query = toProductQuery(search);
  return infiniteQueryOptions({
    queryKey: ['products', query],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Product>) => last.nextCursor ?? undefined,
    queryFn: async ({ pageParam, signal }) => {
      const page = await call(catalogApi.list, {
        query: { ...query, limit: PAGE_SIZE, cursor: pageParam },
        signal,
      });
      keepEach(page.items);
      return page;
    },
  });
};

export const productQuery = (id: string) =>
  queryOptions({
    queryKey: ['product', id],
    queryFn: async ({ signal }) => (await call(catalogApi.get, { params: { id }, signal })).product,
  });

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  staleTime: 10 * 60_000,
  queryFn: async ({ signal }) => (await call(catalogApi.categories, { signal })).items,
});

export const suggestionsQuery = (q: string) =>
  queryOptions({
    queryKey: ['suggestions', q],
    enabled: q.length > 1,
    queryFn: async ({ signal }) => {
      const page = await call(catalogApi.list, { query: { q, limit: 6 }, signal });
      keepEach(page.items);
      return page.items;
    },
  });
