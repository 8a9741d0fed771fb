import { errorCodes } from '@bramble/contracts/errors';
import { publicOperations } from '@bramble/contracts/public-operations';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { demoAccount } from '../helpers/demo-account';
import { type RunningShop, startShop } from '../helpers/running-shop';

const operations = publicOperations.filter(({ path }) => path.startsWith('/api/'));

const nonsense: unknown[] = [
  {},
  [],
  'text',
  { $gt: '' },
  JSON.parse('{"__proto__":{"role":"admin"}}'),
  { email: { $ne: null }, password: { $ne: null } },
  { items: [{ productId: { $gt: '' }, quantity: -1 }] },
  {
    title: 'x'.repeat(5_000),
    price: { amount: 1.5, currency: 'eur' },
    quantity: 1e99,
    role: 'admin',
    userId: 'me',
    status: 'PAID',
    _id: 1,
  },
];
const queries = [
  '',
  '?limit=0',
  '?limit=1e9',
  '?cursor=%00',
  '?q[$gt]=',
  '?q=a&q=b',
  '?minPrice=-1&sort=price;drop',
  '?orderId=x',
  '?groupBy=__proto__',
];
const ids = ['x', '00000000-0000-4000-8000-000000000000', '..%2f..%2fetc%2fpasswd', '%00', '{"$gt":""}'];

describe('bad input on every route', () => {
  let shop: RunningShop;
  let tokens: (string | undefined)[];

  beforeAll(async () => {
    shop = await startShop({ env: { RATE_LIMIT_FACTOR: '100000' } });
    const client = createShopClient(shop.url);
    tokens = [
      undefined,
      await client.signUp('customer'),
      await client.signUp('seller'),
      await client.signIn(demoAccount('admin')),
    ];
  }, 300_000);
  afterAll(() => shop.stop(), 60_000);

  async function expectProblem(
    method: string,
    path: string,
    token: string | undefined,
    body?: unknown,
  ): Promise<void> {
    const response = await fetch(`${shop.url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        'idempotency-key': crypto.randomUUID(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const what = `${method} ${path} ${JSON.stringify(body)?.slice(0, 80)} -> ${response.status} ${text.slice(0, 200)}`;
    if (response.status < 400) return;
    expect(response.status < 500 ? '' : what).toBe('');
    expect(`${response.headers.get('content-type')} ${what}`).toContain('application/problem+json');
    const problem = JSON.parse(text) as {
      code: keyof typeof errorCodes;
      status: number;
      correlationId: string;
    };
    expect(errorCodes[problem.code].status).toBe(response.status);
    expect(problem.correlationId).toBe(response.headers.get('x-correlation-id'));
  }

  // Signing the admin out or erasing accounts would leave nothing to test the rest with.
  const safe = operations.filter(
    ({ path, method }) => path !== '/api/auth/logout' && !(method === 'delete' && path === '/api/users/me'),
  );

  it.each(
    safe.map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const),
  )(
    '%s answers a problem document with a code, and never a 5xx',
    async (_, operation) => {
      const paths = operation.path.includes(':')
        ? ids.map((id) => operation.path.replace(/:[A-Za-z]+/g, id))
        : [operation.path];
      for (const token of tokens) {
        for (const path of paths) {
          if (operation.method === 'get')
            for (const query of queries) await expectProblem('get', `${path}${query}`, token);
          else for (const body of nonsense) await expectProblem(operation.method, path, token, body);
        }
      }
    },
    60_000,
  );
});
