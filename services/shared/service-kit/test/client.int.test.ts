import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { catalogApi } from '@bramble/contracts/catalog';
import { ordersApi } from '@bramble/contracts/orders';
import { startCollector } from '@bramble/test-kit/collector';
import { AppError } from '../src/base/errors';
import { verifyInternalToken } from '../src/base/internal-auth';
import { serviceKey } from '../src/base/internal-keys';
import { withContext } from '../src/base/request-context';
import { createUpstream, type Upstream } from '../src/http/client';
import type { Service } from '../src/runtime/service';
import { buildToy, loadToyConfig, TOY_KEY } from './toy-service';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A stand-in for another service, which answers by `answer`, and its client in a service of ours. */
async function open(
  answer: RequestListener,
  { timeoutMs, env = {} }: { timeoutMs?: number; env?: Record<string, string> } = {},
): Promise<{
  upstream: Upstream;
  service: Service;
  requests: IncomingMessage[];
  metrics: () => Promise<string>;
}> {
  const requests: IncomingMessage[] = [];
  const server = createServer((req, res) => {
    requests.push(req);
    req.resume();
    req.on('end', () => answer(req, res));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const service = buildToy(loadToyConfig(env));
  const upstream = createUpstream(service, {
    name: 'catalog',
    url,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const { opsPort } = await service.start();
  opened.push(async () => {
    await service.stop();
    server.closeAllConnections();
    server.close();
  });
  const metrics = async () => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  return { upstream, service, requests, metrics };
}

const json = (res: ServerResponse, status: number, body: unknown) =>
  void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const failure = (call: Promise<unknown>): Promise<AppError> =>
  call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: unknown) => (error instanceof AppError ? error : Promise.reject(error as Error)),
  );
const categories = (upstream: Upstream) => upstream.call(catalogApi.categories);

describe('the client of another service', () => {
  it('sends a call with a token that names the actor, and reads the answer by its schema', async () => {
    const { upstream, requests } = await open((_req, res) =>
      json(res, 200, { items: [{ slug: 'tea', name: 'Tea', products: 2, secret: 1 }] }),
    );
    const context = { correlationId: 'c-7', traceparent: '' };
    const answer = await withContext(context, () =>
      upstream.call(catalogApi.categories, {
        as: { userId: 'u-1', roles: ['seller'], kind: 'user', secure: true },
        cookie: 'bramble_cart=x',
      }),
    );
    expect(answer).toEqual({ items: [{ slug: 'tea', name: 'Tea', products: 2 }] });
    const { url, headers } = requests[0]!;
    expect([url, headers.cookie, headers['x-correlation-id']]).toEqual([
      '/api/categories',
      'bramble_cart=x',
      'c-7',
    ]);
    expect(headers).not.toHaveProperty('traceparent');
    expect(
      verifyInternalToken(serviceKey(TOY_KEY, 'catalog'), 'catalog', String(headers['x-internal-token'])),
    ).toEqual({
      sub: 'u-1',
      roles: ['seller'],
      kind: 'service',
      name: 'users',
      secure: true,
      cid: 'c-7',
    });
  });

  it('calls what is for users as their requests are forwarded', async () => {
    const { upstream, requests } = await open((_req, res) => json(res, 200, { items: [], nextCursor: null }));
    await upstream.call(catalogApi.myHome, {
      as: { userId: 'u-1', roles: ['seller'], kind: 'user', secure: true },
    });
    const token = String(requests[0]!.headers['x-internal-token']);
    const claims = verifyInternalToken(serviceKey(TOY_KEY, 'catalog'), 'catalog', token);
    expect(claims).toMatchObject({ sub: 'u-1', roles: ['seller'], kind: 'user' });
    expect(claims).not.toHaveProperty('name');
  });

  it('throws a problem as the same error, with its faults and its further members', async () => {
    const said = {
      code: 'price_changed',
      detail: 'dearer by now',
      errors: [{ path: 'expectedTotal', message: 'is not the total' }],
      totals: { total: 5 },
    };
    const { upstream } = await open((_req, res) =>
      json(res, 409, { ...said, type: 't', title: 'T', status: 409, correlationId: 'c' }),
    );
    const error = await failure(categories(upstream));
    expect([error.code, error.status]).toEqual(['price_changed', 409]);
    expect(error.toProblem('mine')).toMatchObject({ ...said, correlationId: 'mine' });
  });

  it.each([
    ['a page of some proxy', 502, '<html>'],
    ['a code that we do not have', 400, '{"code":"flat_tyre"}'],
    ['a token that was refused', 401, '{"code":"unauthenticated"}'],
    ['an answer of another shape', 200, '{"items":[{"slug":1}]}'],
    ['an answer that is not JSON', 200, 'fine'],
  ])('calls %s a bad gateway', async (_, status, text) => {
    const { upstream } = await open((_req, res) => void res.writeHead(status).end(text));
    const error = await failure(categories(upstream));
    expect([error.code, error.message]).toEqual(['bad_gateway', `catalog answered ${status}`]);
  });

  it('reads an answer of any size', async () => {
    const items = Array.from({ length: 20_000 }, (_, n) => ({
      slug: `s${n}`,
      name: `Shelf ${n}`,
      products: n,
    }));
    const { upstream } = await open((_req, res) => json(res, 200, { items }));
    expect((await categories(upstream)).items).toHaveLength(20_000);
  });

  it('gives up at the time limit, also when the answer has begun', async () => {
    const { upstream, metrics } = await open((_req, res) => void res.writeHead(200).write('{"items":['), {
      timeoutMs: 200,
    });
    const startedAt = performance.now();
    expect((await failure(categories(upstream))).code).toBe('timeout');
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await metrics()).toMatch(/request_duration_seconds_count\{[^}]*error_type="timeout"[^}]*\} 1/);
  });

  it('repeats a read whose connection broke, and no write that may have arrived', async () => {
    let broken = 0;
    const { upstream, requests } = await open((req, res) => {
      if (broken++ === 0) return void res.destroy();
      return req.method === 'GET' ? json(res, 200, { items: [] }) : void res.destroy();
    });
    expect(await categories(upstream)).toEqual({ items: [] });
    const cancel = upstream.call(ordersApi.cancel, { params: { id: 'o-1' } });
    expect((await failure(cancel)).code).toBe('unavailable');
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  it('opens the breaker of a service that gives no answer', async () => {
    const { upstream, requests, metrics } = await open((_req, res) => void res.destroy());
    const cancel = () => upstream.call(ordersApi.cancel, { params: { id: 'o-1' } });
    for (let n = 0; n < 10; n++) expect((await failure(cancel())).code).toBe('unavailable');
    expect(requests).toHaveLength(5);
    expect(await metrics()).toMatch(/breaker_state\{[^}]*dependency="catalog"[^}]*state="open"[^}]*\} 1/);
  });

  it('keeps the breaker closed when a service answers errors', async () => {
    const { upstream, requests } = await open((_req, res) => json(res, 503, { code: 'unavailable' }));
    for (let n = 0; n < 10; n++) expect((await failure(categories(upstream))).code).toBe('unavailable');
    expect(requests).toHaveLength(10);
  });
});

describe('the trace of a call', () => {
  const above = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const within = <T>(fn: () => T) => withContext({ correlationId: 'c', traceparent: above }, fn);

  it('is forwarded unchanged while no collector is configured', async () => {
    const { upstream, requests } = await open((_req, res) => json(res, 200, { items: [] }));
    await within(() => categories(upstream));
    expect(requests[0]!.headers.traceparent).toBe(above);
  });

  it("has a client span below its cause, and the called service's span below that", async () => {
    const collector = await startCollector();
    opened.push(() => Promise.resolve(collector.stop()));
    const { upstream, service, requests } = await open((_req, res) => json(res, 404, { code: 'not_found' }), {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    await failure(within(() => upstream.call(catalogApi.get, { params: { id: 'p-1' } })));
    await service.stop();
    const [span] = collector.spans;
    expect(span).toMatchObject({
      name: 'GET /api/products/{id}',
      kind: 3,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
      attributes: { 'server.address': 'catalog', 'http.response.status_code': 404 },
    });
    expect(requests[0]!.headers.traceparent).toBe(`00-${span!.traceId}-${span!.spanId}-01`);
  });
});
