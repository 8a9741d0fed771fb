import { randomUUID } from 'node:crypto';
import { address, request, signUp } from '../helpers/shop-session';
import { documented, isUnsafe, type Documented } from './contract';
import { openShop, type OpenShop } from './open-shop';

let shop: OpenShop;
let operations: Documented[];
let tokens: { owner: string; other: string; admin: string };
let owned: Record<string, string>;

beforeAll(async () => {
  shop = await openShop();
  operations = await documented(shop.url);
  const admin = await request<{ accessToken: string }>(shop.url, '/api/auth/token', {
    body: { email: 'admin@bramble.local', password: 'demotest' },
  });
  tokens = {
    owner: await signUp(shop.url, 'seller'),
    other: await signUp(shop.url, 'seller'),
    admin: admin.accessToken,
  };
  const { product } = await request<{ product: { id: string } }>(shop.url, '/api/products', {
    token: tokens.owner,
    body: {
      title: 'Guarded jam',
      description: 'Somebody else’s.',
      category: 'guarded',
      price: { amount: 500, currency: 'EUR' },
      stock: { available: 10 },
    },
  });
  const { order } = await request<{ order: { id: string } }>(shop.url, '/api/orders', {
    token: tokens.owner,
    headers: { 'idempotency-key': randomUUID() },
    body: {
      items: [{ productId: product.id, quantity: 1 }],
      shippingAddress: address,
      paymentMethod: { token: 'tok_visa' },
    },
  });
  const { user } = await request<{ user: { id: string } }>(shop.url, '/api/auth/me', { token: tokens.owner });
  owned = { products: product.id, orders: order.id, deliveries: order.id, users: user.id };
});
afterAll(() => shop.close());

/** The path with the owner's own things in place of its parameters. */
const filled = (path: string): string =>
  path.replace(/\{[A-Za-z]+\}/g, () => owned[path.split('/')[2] ?? ''] ?? randomUUID());

async function statusOf({ method, path, multipart }: Documented, token?: string): Promise<number> {
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.png');
  const body = method === 'GET' || method === 'DELETE' ? undefined : multipart ? form : '{}';
  const response = await fetch(`${shop.url}${filled(path)}`, {
    method,
    headers: {
      'if-match': '"1"',
      'idempotency-key': randomUUID(),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === '{}' ? { 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  await response.arrayBuffer();
  return response.status;
}
const named = ({ method, path }: Documented) => `${method} ${path}`;
const outcomes = async (which: (operation: Documented) => boolean, token?: string) => {
  const found: Record<string, number> = {};
  for (const operation of operations.filter(which))
    found[named(operation)] = await statusOf(operation, token);
  return found;
};
const all = (found: Record<string, number>, status: number) =>
  Object.fromEntries(Object.keys(found).map((name) => [name, status]));

describe('authorization, over every operation of the contract', () => {
  it('asks whoever is not signed in to sign in', async () => {
    const found = await outcomes(({ access }) => access !== 'anyone');
    expect(Object.keys(found).length).toBeGreaterThan(25);
    expect(found).toEqual(all(found, 401));
  });

  it('refuses whoever lacks the role', async () => {
    const found = await outcomes(
      ({ access }) => Array.isArray(access) && !access.includes('seller') && !access.includes('customer'),
      tokens.other,
    );
    expect(Object.keys(found).length).toBeGreaterThan(5);
    expect(found).toEqual(all(found, 403));
  });

  it('shows nobody what is another’s, and lets nobody change it', async () => {
    const found = await outcomes(
      ({ path, access, method }) =>
        path.includes('{') &&
        access !== 'anyone' &&
        (access === 'user' || access.includes('seller')) &&
        !(method === 'PATCH' && path === '/api/cart/items/{productId}'),
      tokens.other,
    );
    expect(Object.keys(found).length).toBeGreaterThan(5);
    expect(found).toEqual(all(found, 404));
  });

  it('answers a forged token like none', async () => {
    const found = await outcomes(({ access }) => access !== 'anyone', `${tokens.admin.slice(0, -6)}AAAAAA`);
    expect(found).toEqual(all(found, 401));
  });

  it('refuses every unsafe request that another site could send', async () => {
    const attacks: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: shop.url, 'sec-fetch-site': 'cross-site' },
      { cookie: `bramble_access=${tokens.admin}` },
    ];
    const bodies: Record<string, string>[] = [
      { 'content-type': 'application/json' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ];
    const accepted: string[] = [];
    for (const operation of operations.filter(isUnsafe))
      for (const attack of attacks)
        for (const body of bodies) {
          const response = await fetch(`${shop.url}${filled(operation.path)}`, {
            method: operation.method,
            headers: { cookie: `bramble_access=${tokens.admin}`, ...attack, ...body },
            body: '{}',
          });
          const { code } = (await response.json()) as { code?: string };
          const exempt = operation.path === '/api/payments/webhooks/stripe' && response.status >= 400;
          if (code !== 'cross_site' && !exempt)
            accepted.push(`${named(operation)} ${JSON.stringify(attack)} -> ${response.status}`);
        }
    expect(accepted).toEqual([]);
  });

  it('takes no field that nobody may set', async () => {
    const { product } = await request<{ product: { version: number } }>(
      shop.url,
      `/api/products/${owned['products']}`,
    );
    for (const field of [
      'role',
      'roles',
      'price',
      'userId',
      'status',
      '_id',
      'sellerId',
      '__proto__',
      'disabled',
    ]) {
      const bodies: [string, string, object][] = [
        ['POST', '/api/auth/signup', { email: `${randomUUID()}@x.test`, password: 'long enough', name: 'A' }],
        ['PATCH', `/api/products/${owned['products']}`, { title: 'Guarded jam' }],
        ['POST', '/api/cart/items', { productId: owned['products'], quantity: 1 }],
      ];
      for (const [method, path, body] of bodies) {
        if ((field === 'price' && method === 'PATCH') || (field === 'role' && path.endsWith('signup')))
          continue;
        const response = await fetch(`${shop.url}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            'if-match': `"${product.version}"`,
            authorization: `Bearer ${tokens.owner}`,
          },
          body: `${JSON.stringify(body).slice(0, -1)},${JSON.stringify(field)}:"x"}`,
        });
        expect([field, method, path, response.status]).toEqual([field, method, path, 400]);
      }
    }
  });
});
