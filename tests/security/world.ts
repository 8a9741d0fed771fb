import { randomUUID } from 'node:crypto';
import { address, request, signUp } from '../helpers/shop-session';
import { adminToken, shopUrl } from './shop';

export type Caller = 'anonymous' | 'owner' | 'other' | 'admin';

/** What one user owns, and the other users who try to read or change it. */
export interface World {
  tokens: Record<Caller, string | undefined> & { owner: string; other: string; admin: string };
  /** Ids of the owner's things, by the first part of their path. */
  owned: { products: string; orders: string; deliveries: string; users: string };
}

/** Two sellers; one offers a product and has bought it. */
export async function makeWorld(): Promise<World> {
  const url = shopUrl();
  const tokens = {
    anonymous: undefined,
    owner: await signUp(url, 'seller'),
    other: await signUp(url, 'seller'),
    admin: await adminToken(),
  };
  const { product } = await request<{ product: { id: string } }>(url, '/api/products', {
    token: tokens.owner,
    body: {
      title: 'Guarded jam',
      description: 'Somebody else’s.',
      category: 'guarded',
      price: { amount: 500, currency: 'EUR' },
      stock: { available: 10 },
    },
  });
  const { order } = await request<{ order: { id: string } }>(url, '/api/orders', {
    token: tokens.owner,
    headers: { 'idempotency-key': randomUUID() },
    body: {
      items: [{ productId: product.id, quantity: 1 }],
      shippingAddress: address,
      paymentMethod: { token: 'tok_visa' },
    },
  });
  const { user } = await request<{ user: { id: string } }>(url, '/api/auth/me', { token: tokens.owner });
  return { tokens, owned: { products: product.id, orders: order.id, deliveries: order.id, users: user.id } };
}

/** A path of the contract with the owner's own things in place of its parameters. */
export const filled = (path: string, { owned }: World): string =>
  path.replace(
    /\{[A-Za-z]+\}/g,
    () => owned[(path.split('/')[2] ?? '') as keyof World['owned']] ?? randomUUID(),
  );
