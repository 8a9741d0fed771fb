import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { ordersApi } from '@bramble/contracts/orders';
import { orderBody, type ShopClient } from '@bramble/test-kit/shop-client';
import type { LoadPlan } from './load';

type Requests = LoadPlan['requests'];

/** The request of an operation that takes no body. */
function getting(...call: Parameters<typeof encode>): Requests[number] {
  const { method, path, headers } = encode(...call);
  return { method, path, headers };
}

/** Buyers, and products with stock that no run sells out. */
export async function prepare(shop: ShopClient): Promise<{ tokens: string[]; productIds: string[] }> {
  const seller = await shop.signUp('seller');
  const productIds: string[] = [];
  for (let n = 0; n < 20; n++)
    productIds.push((await shop.offer(seller, 1_000_000, { title: `Bench jam ${n}`, price: 500 + n })).id);
  return { tokens: await shop.signUpMany(20), productIds };
}

/** The loads of public reads. */
export const publicLoads = (productIds: readonly string[]): { name: string; requests: Requests }[] => [
  { name: 'product list', requests: [getting(catalogApi.list, { query: { limit: 20 } })] },
  { name: 'product', requests: productIds.map((id) => getting(catalogApi.get, { params: { id } })) },
  {
    name: 'search',
    requests: ['jam', 'honey', 'bread', 'rasp'].map((q) => getting(catalogApi.list, { query: { q } })),
  },
];

/** Orders of two lines, by each buyer in turn. */
export const orderRequests = (tokens: readonly string[], productIds: readonly string[]): Requests =>
  tokens.map((token, n) => {
    const items = [0, 1].map((line) => ({
      productId: productIds[(n + line) % productIds.length] ?? '',
      quantity: 1,
    }));
    const { method, path, headers } = encode(ordersApi.place);
    return {
      method,
      path,
      fresh: true,
      headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(orderBody({ items })),
    };
  });
