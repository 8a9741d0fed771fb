import { randomUUID } from 'node:crypto';
import type { Product } from '@bramble/contracts/catalog';
import type { Order } from '@bramble/contracts/orders';
import { waitFor } from '@bramble/test-kit/wait-for';
import { address, request, signUp } from './shop-session';

/** One answer as it came, for tests that look at refusals too. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Sends a request with a bearer token and answers whatever comes back. */
export async function ask(
  url: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

export const sellProduct = async (url: string, sellerToken: string, available: number): Promise<Product> =>
  (
    await request<{ product: Product }>(url, '/api/products', {
      token: sellerToken,
      body: {
        title: `Quince jelly ${randomUUID().slice(0, 8)}`,
        description: 'Set by hand.',
        category: 'pantry',
        price: { amount: 650, currency: 'EUR' },
        stock: { available },
      },
    })
  ).product;

export const placeOrder = (
  url: string,
  token: string,
  items: { productId: string; quantity: number }[] | undefined,
  { card = 'tok_visa', key = randomUUID() as string } = {},
): Promise<Answer> =>
  ask(
    url,
    'POST',
    '/api/orders',
    token,
    { ...(items ? { items } : {}), shippingAddress: address, paymentMethod: { token: card } },
    { 'idempotency-key': key },
  );

const orderOf = async (url: string, token: string, id: string): Promise<Order> =>
  (await request<{ order: Order }>(url, `/api/orders/${id}`, { token })).order;

/** Waits until an order has one of the given statuses, and answers it. */
export async function orderReaches(
  url: string,
  token: string,
  id: string,
  statuses: readonly Order['status'][],
  timeout = 30_000,
): Promise<Order> {
  let last: Order | undefined;
  await waitFor(
    async () => {
      last = await orderOf(url, token, id);
      return statuses.includes(last.status);
    },
    { timeout },
  );
  if (!last) throw new Error(`order ${id} was never seen`);
  return last;
}

/** Opens `count` accounts, a few at a time: hashing passwords is meant to be slow. */
export async function signUpMany(url: string, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < count; n += 5)
    tokens.push(
      ...(await Promise.all(Array.from({ length: Math.min(5, count - n) }, () => signUp(url, 'customer')))),
    );
  return tokens;
}
