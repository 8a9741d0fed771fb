import { randomUUID } from 'node:crypto';
import { authApi } from '@bramble/contracts/auth';
import { adminToken, shopClient } from './shop';

export type Caller = 'anonymous' | 'owner' | 'other' | 'admin';

/** What one user owns, and the other users who try to read or change it. */
export interface World {
  tokens: Record<Caller, string | undefined> & { owner: string; other: string; admin: string };
  /** Ids of the owner's things, by the first part of their path. */
  owned: { products: string; orders: string; deliveries: string; users: string };
}

/** Two sellers; one offers a product and has bought it. */
export async function makeWorld(): Promise<World> {
  const shop = shopClient();
  const tokens = {
    anonymous: undefined,
    owner: await shop.signUp('seller'),
    other: await shop.signUp('seller'),
    admin: await adminToken(),
  };
  const product = await shop.offer(tokens.owner, 10, { title: 'Guarded jam' });
  const order = await shop.placeOrder(tokens.owner, { items: [{ productId: product.id, quantity: 1 }] });
  const { user } = await shop.call(authApi.me, { token: tokens.owner });
  return { tokens, owned: { products: product.id, orders: order.id, deliveries: order.id, users: user.id } };
}

/** A path of the contract with the owner's own things in place of its parameters. */
export const filled = (path: string, { owned }: World): string =>
  path.replace(
    /\{[A-Za-z]+\}/g,
    () => owned[(path.split('/')[2] ?? '') as keyof World['owned']] ?? randomUUID(),
  );
