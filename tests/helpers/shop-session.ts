import { randomUUID } from 'node:crypto';

type Json = Record<string, unknown>;

/** A client of the shop under load: bearer tokens, JSON in and out; throws on any answer that is not 2xx. */
export async function request<T = Json>(
  url: string,
  path: string,
  {
    token,
    body,
    method = body ? 'POST' : 'GET',
    headers = {},
  }: { token?: string; body?: unknown; method?: string; headers?: Record<string, string> } = {},
): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

const password = 'a-long-password-1';
const tokenOf = async (url: string, email: string, secret: string) =>
  (await request<{ accessToken: string }>(url, '/api/auth/token', { body: { email, password: secret } }))
    .accessToken;

/** A new account; answers its access token, which the session's cookie holds: signing in again would hash once more. */
export async function signUp(url: string, role: 'customer' | 'seller'): Promise<string> {
  const email = `shopper-${randomUUID()}@example.com`;
  const response = await fetch(`${url}/api/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, name: 'Shopper', role }),
  });
  const cookie = response.headers.getSetCookie().find((each) => each.startsWith('bramble_access='));
  const token = /^bramble_access=([^;]+)/.exec(cookie ?? '')?.[1];
  if (!response.ok || !token)
    throw new Error(`signing up answered ${response.status}: ${await response.text()}`);
  return token;
}

export const address = {
  name: 'Bench',
  line1: 'Hedge Row 1',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};

/** Buyers with tokens, and products with stock that no run sells out. */
export async function prepareShop(
  url: string,
  { buyers, products }: { buyers: number; products: number },
): Promise<{ tokens: string[]; productIds: string[]; adminToken: string }> {
  const seller = await signUp(url, 'seller');
  const productIds: string[] = [];
  for (let n = 0; n < products; n++) {
    const { product } = await request<{ product: { id: string } }>(url, '/api/products', {
      token: seller,
      body: {
        title: `Bench jam ${n}`,
        description: 'Made for measuring.',
        category: 'bench',
        price: { amount: 500 + n, currency: 'EUR' },
        stock: { available: 1_000_000 },
      },
    });
    productIds.push(product.id);
  }
  const tokens: string[] = [];
  for (let n = 0; n < buyers; n++) tokens.push(await signUp(url, 'customer'));
  return { tokens, productIds, adminToken: await tokenOf(url, 'admin@bramble.local', 'demotest') };
}

/** How many orders are in `status`, counted by pages, at most 500. */
export async function countOrders(url: string, adminToken: string, status: string): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: { items: unknown[]; nextCursor: string | null } = await request(
      url,
      `/api/admin/orders?status=${status}&limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      { token: adminToken },
    );
    count += page.items.length;
    cursor = page.nextCursor;
  } while (cursor && count < 500);
  return count;
}
