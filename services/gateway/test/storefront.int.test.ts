import { waitFor } from '@bramble/test-kit/wait-for';
import { apiClient, signedUp } from './browser';
import { clean, openRecorder, type Recorder } from './recorder';
import { openShop, type Shop } from './shop';

const PAGE = '<!doctype html><title>Shop</title>';

let shop: Shop;
let storefront: Recorder;
beforeAll(async () => {
  storefront = await openRecorder();
  shop = await openShop({}, { STOREFRONT_URL: storefront.url });
});
afterAll(async () => {
  await shop.close();
  await storefront.leave();
});
beforeEach(() => clean(storefront));

describe('a storefront with a server of its own', () => {
  it('is shown at / to clients that accept HTML, and at every address outside the API', async () => {
    storefront.answer = {
      status: 200,
      headers: { 'content-type': 'text/html', etag: '"page"', 'x-powered-by': 'something' },
      body: PAGE,
    };
    const visitor = apiClient(shop.url);
    for (const path of ['/', '/products/quince', '/assets/app.js?v=1']) {
      const reply = await visitor.get(path, { accept: 'text/html' });
      expect([path, reply.status, reply.body]).toEqual([path, 200, PAGE]);
      expect(reply.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(reply.headers.get('x-powered-by')).toBeNull();
    }
    expect(storefront.requests.map(({ url }) => url)).toEqual([
      '/',
      '/products/quince',
      '/assets/app.js?v=1',
    ]);
    expect((await visitor.get('/', { accept: 'application/json' })).body.name).toBe('Bramble');
    expect((await visitor.get('/api/nothing', { accept: 'text/html' })).body.code).toBe('not_found');
  });

  it('answers paths that only begin like a reserved one, and no reserved path in any spelling', async () => {
    storefront.answer = { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE };
    const visitor = apiClient(shop.url);
    for (const path of ['/apis', '/metrics-of-the-month', '/wsx/', '/products/'])
      expect([path, (await visitor.get(path)).body]).toEqual([path, PAGE]);
    clean(storefront);
    for (const path of [
      ...['/api', '/api/', '/api/Products', '/api/products/', '/API/products', '/%61pi/products', '/ap%'],
      ...['/ws', '/ws/', '/WS', '/auth/login', '/metrics', '/Metrics/', '/livez/', '/internal/dead-letters'],
    ])
      expect([path, (await visitor.get(path)).body.code]).toEqual([path, 'not_found']);
    expect(storefront.requests).toEqual([]);
  });

  it('gets no cookies, no tokens and no identity of the caller', async () => {
    const { browser } = await signedUp(shop.url);
    await browser.get('/account', {
      accept: 'text/html',
      authorization: 'Bearer x',
      'x-forwarded-for': '8.8.8.8',
    });
    const [seen] = storefront.requests;
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'accept-language',
      'connection',
      'host',
    ]);
  });

  it('keeps its content codings, its ETags and its own error answers', async () => {
    storefront.answer = { status: 304, headers: { etag: '"a"' }, body: '' };
    const same = await apiClient(shop.url).get('/assets/app.js', { 'if-none-match': '"a"' });
    expect([same.status, same.headers.get('etag')]).toEqual([304, '"a"']);
    expect(storefront.requests[0]?.headers['if-none-match']).toBe('"a"');
    storefront.answer = { status: 404, headers: { 'content-type': 'text/html' }, body: PAGE };
    expect((await apiClient(shop.url).get('/assets/gone.js')).status).toBe(404);
    const posted = await apiClient(shop.url).post('/products/quince', {});
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is answered with a problem document while it is away, and the health answer names it', async () => {
    expect((await apiClient(shop.url).get('/api/health')).body.services.storefront).toBe('up');
    await storefront.leave();
    const reply = await apiClient(shop.url).get('/', { accept: 'text/html' });
    expect([reply.status, reply.body.code]).toEqual([503, 'unavailable']);
    await waitFor(
      async () => (await apiClient(shop.url).get('/api/health')).body.services.storefront === 'down',
      { what: 'the shop to notice' },
    );
    await storefront.comeBack();
  });
});
