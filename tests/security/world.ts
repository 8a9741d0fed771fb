import { randomUUID } from 'node:crypto';
import { authApi } from '@bramble/contracts/auth';
import { paymentsApi } from '@bramble/contracts/payments';
import { usersApi } from '@bramble/contracts/users';
import { adminToken, shopClient } from './shop';

export type Caller = 'anonymous' | 'owner' | 'other' | 'courier' | 'admin';

/** What one user owns, and the other users who try to read or change it. */
export interface World {
  tokens: Record<Caller, string | undefined> & {
    owner: string;
    other: string;
    courier: string;
    admin: string;
    /** Of accounts that were disabled and erased after they had signed in. */
    disabled: string;
    erased: string;
  };
  /** Ids of the owner's things, by the first part of their path. */
  owned: { products: string; orders: string; deliveries: string; users: string; discounts: string };
}

const shop = shopClient();

async function signUpCourier(admin: string): Promise<string> {
  const account = { email: `courier-${randomUUID()}@example.com`, password: 'a-long-password-1' };
  const token = await shop.signUp('customer', account);
  const { user } = await shop.call(authApi.me, { token });
  const body = { roles: ['customer', 'courier'] as ('customer' | 'courier')[] };
  await shop.call(usersApi.patch, { token: admin, params: { id: user.id }, body });
  // Other roles end the sessions that have the old ones.
  return shop.signIn(account);
}

async function signUpAndDisable(admin: string): Promise<string> {
  const token = await shop.signUp('customer');
  const { user } = await shop.call(authApi.me, { token });
  await shop.call(usersApi.patch, { token: admin, params: { id: user.id }, body: { disabled: true } });
  return token;
}

async function signUpAndErase(): Promise<string> {
  const account = { email: `erased-${randomUUID()}@example.com`, password: 'a-long-password-1' };
  const token = await shop.signUp('customer', account);
  await shop.call(usersApi.eraseMe, { token, body: { password: account.password } });
  return token;
}

/** Two sellers, of whom one offers a product and has bought it, a courier, an admin, and two accounts that have ended. */
export async function makeWorld(): Promise<World> {
  const admin = await adminToken();
  const tokens = {
    anonymous: undefined,
    owner: await shop.signUp('seller'),
    other: await shop.signUp('seller'),
    courier: await signUpCourier(admin),
    admin,
    disabled: await signUpAndDisable(admin),
    erased: await signUpAndErase(),
  };
  const product = await shop.offer(tokens.owner, 10, { title: 'Guarded jam' });
  const order = await shop.placeOrder(tokens.owner, { items: [{ productId: product.id, quantity: 1 }] });
  const { user } = await shop.call(authApi.me, { token: tokens.owner });
  const code = `GUARD${randomUUID().slice(0, 8).toUpperCase()}`;
  await shop.call(paymentsApi.createDiscount, {
    token: admin,
    body: { code, type: 'percent', value: 10 },
  });
  const owned = {
    products: product.id,
    orders: order.id,
    deliveries: order.id,
    users: user.id,
    discounts: code,
  };
  return { tokens, owned };
}

/** A path of the contract with the owner's own things in place of its parameters. */
export const filled = (path: string, { owned }: World): string =>
  path.replace(
    /\{[A-Za-z]+\}/g,
    () => owned[(path.split('/')[2] ?? '') as keyof World['owned']] ?? randomUUID(),
  );
