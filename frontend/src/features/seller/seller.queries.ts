import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { Product, ProductBody } from '@bramble/contracts/catalog';
import type { Page } from '@bramble/contracts/page';
import { call } from '../../lib/api';
import { catalogApi, ordersApi } from '../../lib/operations.gen';

/** What the form sends. It names each field, the optional ones too. */
export type ProductDraft = { [K in keyof Required<ProductBody>]: ProductBody[K] };

/** The fields that are sent when they differ; price and stock are compared by their amounts. */
const PLAIN_FIELDS = { title: true, description: true, category: true } satisfies Record<
  Exclude<keyof ProductDraft, 'price' | 'stock'>,
  true
>;

export const myProductsQuery = infiniteQueryOptions({
  queryKey: ['mine', 'products'],
  staleTime: 5_000,
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page<Product>) => last.nextCursor ?? undefined,
  queryFn: ({ pageParam, signal }) =>
    call(catalogApi.mine, { query: { limit: 50, cursor: pageParam }, signal }),
});

export const salesQuery = queryOptions({
  queryKey: ['mine', 'sales'],
  staleTime: 5_000,
  queryFn: async ({ signal }) => (await call(ordersApi.sales, { query: { limit: 20 }, signal })).items,
});

export const editedProductQuery = (id: string) =>
  queryOptions({
    queryKey: ['mine', 'product', id],
    staleTime: 0,
    queryFn: async ({ signal }) => (await call(catalogApi.get, { params: { id }, signal })).product,
  });

export const createProduct = async (draft: ProductDraft): Promise<Product> =>
  (await call(catalogApi.create, { body: draft })).product;

/**
 * Sends only the fields that differ from the product as the seller saw it. A number for the stock counts only while the
 * stock is what the seller saw, so that it does not undo a sale made meanwhile.
 */
export const changeProduct = async (product: Product, draft: ProductDraft): Promise<Product> => {
  const { stock, price } = draft;
  const body: Partial<ProductDraft> = {};
  for (const field of Object.keys(PLAIN_FIELDS) as (keyof typeof PLAIN_FIELDS)[]) {
    if (draft[field] !== product[field]) body[field] = draft[field];
  }
  if (price.amount !== product.price.amount) body.price = price;
  if (stock.available !== product.stock.available) body.stock = stock;
  if (Object.keys(body).length === 0) return product;
  const { id, version } = product;
  const { revision } = product.stock;
  const ifMatch = body.stock && revision !== undefined ? (`${version}-${revision}` as const) : version;
  return (await call(catalogApi.patch, { params: { id }, body, ifMatch })).product;
};

export const removeProduct = (product: Product): Promise<void> =>
  call(catalogApi.remove, { params: { id: product.id } });

export const refill = async (id: string, quantity: number): Promise<Product> =>
  (await call(catalogApi.refill, { params: { id }, body: { quantity } })).product;

export const putPicture = async (id: string, file: Blob): Promise<Product> => {
  const form = new FormData();
  form.set('file', file, 'picture.webp');
  return (await call(catalogApi.putPicture, { params: { id }, form, timeout: 60_000 })).product;
};

/** A product changed: reload every query that shows it. */
export const forgetProducts = async (client: QueryClient, id?: string): Promise<void> => {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['mine', 'products'] }),
    client.invalidateQueries({ queryKey: ['products'] }),
    client.invalidateQueries({ queryKey: ['categories'] }),
    ...(id ? [client.invalidateQueries({ queryKey: ['product', id] })] : []),
  ]);
};
