import { serviceNames } from '@bramble/contracts/services';
import { waitFor } from '@bramble/test-kit/wait-for';
import { apiClient, signedUp } from './browser';
import { clean, openRecordedShop, type Recorder } from './recorder';
import type { Shop } from './shop';

const PRODUCT = '/api/products/01900000-0000-7000-9000-000000000001';

let shop: Shop;
let catalog: Recorder;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ shop, catalog, close } = await openRecordedShop());
});
afterAll(() => close());
beforeEach(() => clean(catalog));

it('does not answer readiness probes at the public port', async () => {
  expect((await apiClient(shop.url).get('/internal/ready')).status).toBe(404);
});

describe('public answers', () => {
  it('are fetched once for many requests, and are 304 to a client that has the same ETag', async () => {
    catalog.answer = { status: 200, headers: { etag: '"7-1"' }, body: '{"product":{}}' };
    const replies = await Promise.all(Array.from({ length: 20 }, () => apiClient(shop.url).get(PRODUCT)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(catalog.requests.length).toBeLessThan(10);
    const again = await apiClient(shop.url).get(PRODUCT, { 'if-none-match': '"7-1"' });
    expect([again.status, again.body]).toEqual([304, undefined]);
    expect(again.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('show a change at once to the client that made it', async () => {
    const { browser } = await signedUp(shop.url, { role: 'seller' });
    for (let round = 0; round < 20; round++) {
      catalog.answer = { status: 200, headers: {}, body: `{"round":${round}}` };
      await browser.patch(PRODUCT, {});
      expect((await browser.get(PRODUCT)).body).toEqual({ round });
      expect((await browser.get('/api/products?limit=5')).body).toEqual({ round });
    }
  });

  it('are not cached when they depend on the caller', async () => {
    catalog.answer = { status: 200, headers: {}, body: '{"items":["a"]}' };
    const { browser } = await signedUp(shop.url);
    await browser.get('/api/products/mine');
    catalog.answer = { status: 200, headers: {}, body: '{"items":["b"]}' };
    expect((await browser.get('/api/products/mine')).body).toEqual({ items: ['b'] });
    expect((await apiClient(shop.url).get('/api/products/mine')).status).toBe(401);
  });
});

describe('the address at /', () => {
  it('answers with name, version and links', async () => {
    const reply = await apiClient(shop.url).get('/', { accept: 'text/html' });
    expect(reply.body).toMatchObject({
      name: 'Bramble',
      version: expect.any(String),
      links: { health: '/api/health' },
    });
  });

  it('says which services are missing', async () => {
    const reply = await apiClient(shop.url).get('/api/health');
    expect(reply.status).toBe(503);
    const { services, ...rest } = reply.body as { services: Record<string, string> };
    expect(rest).toEqual({ status: 'starting' });
    expect(services).toMatchObject({ users: 'up', catalog: 'up', orders: 'down', delivery: 'down' });
    const expected = serviceNames.filter((name) => name !== 'gateway' && name !== 'notifications');
    expect(Object.keys(services)).toEqual(expected);
    expect(Object.values(services).filter((state) => state === 'up')).toHaveLength(2);
  });

  it('composes a dashboard and names the parts that are missing', async () => {
    catalog.answer = { status: 200, headers: {}, body: '{"items":[],"nextCursor":null}' };
    const { browser, user } = await signedUp(shop.url);
    const reply = await browser.get('/api/dashboard');
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      profile: { user: { id: user.id } },
      recommended: [],
      recentOrders: [],
      degraded: ['recentOrders'],
    });
  });

  it('documents every operation with its access', async () => {
    const { body } = await apiClient(shop.url).get('/api/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(body.paths['/api/orders'].post).toMatchObject({
      operationId: 'placeOrder',
      'x-access': 'user',
      security: [{ cookie: [] }, { bearer: [] }],
    });
    expect(body.paths['/api/auth/register'].post).toMatchObject({ deprecated: true });
  });

  it('shows the contract on a page that loads nothing from elsewhere', async () => {
    const docs = await apiClient(shop.url).get('/api/docs');
    expect(docs.headers.get('content-security-policy')).toContain("script-src 'self'");
    const linked = [...docs.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
    const files = linked.filter((link) => link.startsWith('/api/'));
    expect(linked.filter((link) => !link.startsWith('/'))).toEqual([]);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const response = await fetch(`${shop.url}${file}`);
      expect([file, response.status, (await response.text()).length > 100]).toEqual([file, 200, true]);
    }
    const other = await apiClient(shop.url).get('/api/docs/package.json');
    expect([other.status, other.body.code]).toEqual([404, 'not_found']);
  });

  it('answers an unknown path and method with a problem document', async () => {
    const unknown = await apiClient(shop.url).get('/api/nothing');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    const method = await apiClient(shop.url).send('DELETE', '/api/health');
    expect([method.status, method.body.code]).toEqual([405, 'method_not_allowed']);
  });
});

describe('a service that is away', () => {
  it('is answered with 503 within a second, and its breaker opens', async () => {
    const startedAt = Date.now();
    const reply = await apiClient(shop.url).get('/api/cart');
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await waitFor(
      async () => {
        await apiClient(shop.url).get('/api/cart');
        const metrics = await (await fetch(`${shop.gateway.opsUrl}/metrics`)).text();
        return /bramble_breaker_state\{[^}]*dependency="orders"[^}]*state="open"[^}]*\} 1/.test(metrics);
      },
      { timeout: 5_000, what: 'the breaker to open' },
    );
  });
});
