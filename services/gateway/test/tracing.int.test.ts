import { type CollectedSpan, startCollector } from '@bramble/test-kit/collector';
import { signedUp } from './browser';
import { openRecordedShop } from './recorder';

const SERVER = 2;
const CLIENT = 3;

it('makes a client span of every request to a service, forwarded or its own', async () => {
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const { shop, catalog, close } = await openRecordedShop(env);
  let spans: CollectedSpan[];
  try {
    const { browser } = await signedUp(shop.url);
    catalog.requests.length = 0;
    await browser.get('/api/products/mine?limit=1');
    await browser.get('/api/products?limit=1');
    await browser.get('/api/dashboard');
  } finally {
    await close();
    collector.stop();
    spans = collector.spans.filter(({ service }) => service === 'gateway');
  }

  const sent = catalog.requests.map(({ headers, url }) => {
    const [, traceId, spanId] = String(headers.traceparent).split('-');
    const span = spans.find((each) => each.traceId === traceId && each.spanId === spanId);
    const parent = spans.find((each) => each.spanId === span?.parentSpanId);
    return { url: url.split('?')[0], kinds: [parent?.kind, span?.kind], names: [parent?.name, span?.name] };
  });
  expect(sent).toEqual([
    {
      url: '/api/products/mine',
      kinds: [SERVER, CLIENT],
      names: ['GET /api/products/mine', 'GET /api/products/mine'],
    },
    { url: '/api/products', kinds: [SERVER, CLIENT], names: ['GET /api/products', 'GET /api/products'] },
    {
      url: '/api/products/my-home',
      kinds: [SERVER, CLIENT],
      names: ['GET /api/dashboard', 'GET /api/products/my-home'],
    },
  ]);
  const toUsers = spans.filter(
    ({ kind, attributes }) => kind === CLIENT && attributes['server.address'] === 'users',
  );
  expect(toUsers.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['POST /api/auth/signup', 'GET /internal/keys', 'GET /api/auth/me']),
  );
});
