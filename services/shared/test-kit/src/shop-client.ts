import { randomUUID } from 'node:crypto';
import { authApi } from '@bramble/contracts/auth';
import { CallError, problemOf } from '@bramble/contracts/call-error';
import { catalogApi, type Product } from '@bramble/contracts/catalog';
import { type Item, type Order, ordersApi } from '@bramble/contracts/orders';
import { type Page } from '@bramble/contracts/page';
import { shopCallBy } from '@bramble/contracts/shop-call';
import { testAddress } from './addresses';
import { finalStatuses } from './final-statuses';
import { waitFor } from './wait-for';

export interface ShopClientOptions {
  /**
   * Whether requests share connections. Without it each request opens its own: a killed pod resets idle connections, and
   * Node does not repeat a request that meets such a reset.
   */
  keepAlive?: boolean;
  /** Milliseconds until the whole answer must be there. */
  timeoutMs?: number;
}
export type Role = 'customer' | 'seller';
export interface Account {
  email: string;
  password: string;
}

/** A customer or seller whom nobody else is. */
export const newAccount = (): Account => ({
  email: `shopper-${randomUUID()}@example.com`,
  password: 'a-long-password-1',
});

/** What an order is placed with. Without items it is the cart's. */
export interface OrderInput {
  items?: Item[];
  card?: string;
  key?: string;
}

export const orderBody = ({ items, card = 'tok_visa' }: OrderInput) => ({
  ...(items === undefined ? {} : { items }),
  shippingAddress: testAddress,
  paymentMethod: { token: card },
});

/** All items of a list. `read` asks for the page at a cursor. */
export async function allPages<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  enough = Infinity,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < enough);
  return items;
}

/** The status of a refusal, or undefined for a call that got no answer. An answer that breaks the contract is thrown. */
export function refusedStatus(error: unknown): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  if (error.status < 400) throw error;
  return error.status;
}

/** What tests do in a running shop, through its public address and by its contract. Refusals are thrown as CallError. */
export function createShopClient(
  url: string,
  { keepAlive = true, timeoutMs = 15_000 }: ShopClientOptions = {},
) {
  const call = shopCallBy(async ({ method, path, headers, body }, _, operation) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, ...(keepAlive ? {} : { connection: 'close' }) },
      body: body ?? null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = response;
    const text = await response.text();
    const correlationId = response.headers.get('x-correlation-id') ?? undefined;
    // Such an answer is a fault of the shop, and its text is what a reader of the failure needs.
    if (status >= 400 && !problemOf(text))
      throw new CallError(operation, status, {
        code: 'bad_gateway',
        detail: text.slice(0, 300),
        correlationId,
      });
    return { status, text, correlationId, cookies: response.headers.getSetCookie() };
  });

  /** A new account; answers its access token out of the session's cookie, since signing in would hash the password again. */
  async function signUp(role: Role, account = newAccount()): Promise<string> {
    const tokens: string[] = [];
    const onAccessToken = (token: string) => tokens.push(token);
    await call(authApi.signup, { body: { ...account, name: 'Robin', role }, onAccessToken });
    const [token] = tokens;
    if (token === undefined) throw new Error('signing up set no cookie of a session');
    return token;
  }

  /** Opens `count` accounts, five at a time, since the hashing of passwords is slow on purpose. */
  async function signUpMany(count: number): Promise<string[]> {
    const tokens: string[] = [];
    while (tokens.length < count) {
      const some = Array.from({ length: Math.min(5, count - tokens.length) }, () => signUp('customer'));
      tokens.push(...(await Promise.all(some)));
    }
    return tokens;
  }

  const signIn = async ({ email, password }: Account): Promise<string> =>
    (await call(authApi.token, { body: { email, password } })).accessToken;

  async function placeOrder(
    token: string,
    { key = randomUUID(), ...input }: OrderInput = {},
  ): Promise<Order> {
    const body = orderBody(input);
    return (await call(ordersApi.place, { token, body, idempotencyKey: key })).order;
  }

  const order = async (token: string, id: string): Promise<Order> =>
    (await call(ordersApi.get, { token, params: { id } })).order;

  /** Waits until an order has one of these statuses; any final one by default. */
  const orderReaches = (
    token: string,
    id: string,
    { statuses = finalStatuses, timeout = 30_000, interval = 20 } = {},
  ): Promise<Order> =>
    waitFor(() => order(token, id), {
      until: ({ status }) => statuses.includes(status),
      what: `order ${id} to be ${statuses.join(' or ')}`,
      timeout,
      interval,
    });

  async function offer(token: string, available: number, more: { title?: string; price?: number } = {}) {
    const { title = `Quince jelly ${randomUUID().slice(0, 8)}`, price = 650 } = more;
    const body = {
      title,
      description: 'Set by hand.',
      category: 'pantry',
      price: { amount: price, currency: 'EUR' },
      stock: { available },
    };
    return (await call(catalogApi.create, { token, body })).product;
  }

  return {
    url,
    call,
    signUp,
    signUpMany,
    signIn,
    offer,
    product: async (id: string): Promise<Product> => (await call(catalogApi.get, { params: { id } })).product,
    placeOrder,
    order,
    orderReaches,
  };
}
export type ShopClient = ReturnType<typeof createShopClient>;
