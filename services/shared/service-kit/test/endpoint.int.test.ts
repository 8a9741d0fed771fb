import supertest from 'supertest';
import type { InternalClaims } from '../src/base/internal-auth';
import type { Service } from '../src/runtime/service';
import { buildToy, KNOWN_NOTE, loadToyConfig, toyToken } from './toy-service';

const user: InternalClaims = { sub: 'u1', roles: ['customer'], kind: 'user', secure: false, cid: 'c' };
const as = (claims: Partial<InternalClaims>) => toyToken('users', { ...user, ...claims });
const anonymous = as({ sub: null, roles: [] });
const seller = as({ roles: ['seller'] });

describe('an endpoint', () => {
  let service: Service;
  let api: ReturnType<typeof supertest>;
  let ops: ReturnType<typeof supertest>;

  beforeAll(async () => {
    service = buildToy(loadToyConfig({}));
    const { port, opsPort } = await service.start();
    api = supertest(`http://127.0.0.1:${port}`);
    ops = supertest(`http://127.0.0.1:${opsPort}`);
  });
  afterAll(() => service.stop());

  const patch = (token: string, id: string) => api.patch(`/api/notes/${id}`).set('x-internal-token', token);

  it('answers 401 to a request without an internal token', async () => {
    const res = await api.get('/api/hello');
    expect(res.status).toBe(401);
    expect(res.headers['content-type']).toContain('application/problem+json');
    expect(res.body.code).toBe('unauthenticated');
  });

  it('answers 401 to a valid token for another service', async () => {
    const meantForOrders = toyToken('orders', user);
    expect((await api.get('/api/hello').set('x-internal-token', meantForOrders)).status).toBe(401);
    expect((await api.get('/api/hello').set('x-internal-token', as({}))).status).toBe(200);
  });

  it('checks in the order of the contract: 415, 401, 403, 404, 400, 428', async () => {
    expect((await patch(anonymous, KNOWN_NOTE).type('text/plain').send('x')).status).toBe(415);
    expect((await patch(anonymous, 'x').send({ bad: 1 })).status).toBe(401);
    expect((await patch(as({}), 'x').send({ bad: 1 })).status).toBe(403);
    expect((await patch(seller, 'x').send({ bad: 1 })).status).toBe(404);
    expect((await patch(seller, KNOWN_NOTE.replace('42', '43')).send({ bad: 1 })).status).toBe(404);
    expect((await patch(seller, KNOWN_NOTE).send({ bad: 1 })).status).toBe(400);
    expect((await patch(seller, KNOWN_NOTE).send({ note: 'a' })).status).toBe(428);
    expect((await patch(seller, KNOWN_NOTE).set('if-match', '').send({ note: 'a' })).status).toBe(400);
    expect((await patch(seller, KNOWN_NOTE).set('if-match', 'nonsense').send({ note: 'a' })).status).toBe(
      412,
    );
    const ok = await patch(seller, KNOWN_NOTE).set('if-match', '"3"').send({ note: 'a' });
    expect([ok.status, ok.body]).toEqual([200, { note: 'note a 3 ' }]);
    const whole = await patch(seller, KNOWN_NOTE).set('if-match', 'W/"3-17"').send({ note: 'a' });
    expect([whole.status, whole.body]).toEqual([200, { note: 'note a 3 17' }]);
  });

  it('lists every fault of a body, unknown fields included', async () => {
    const res = await patch(seller, KNOWN_NOTE).set('if-match', '"1"').send({ role: 'admin', note: 7 });
    expect(res.body.code).toBe('invalid_input');
    expect(res.body.errors.map((error: { path: string }) => error.path).sort()).toEqual(['note', 'role']);
  });

  it('refuses a body that is no JSON, or too large', async () => {
    const broken = await patch(seller, KNOWN_NOTE).set('if-match', '"1"').type('application/json').send('{');
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_json']);
    const large = await patch(seller, KNOWN_NOTE)
      .set('if-match', '"1"')
      .send({ note: 'x'.repeat(100_001) });
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
  });

  it('refuses operators in a query, and a parameter given twice', async () => {
    for (const query of ['name[$gt]=', 'name=a&name=b', 'other=1', '__proto__=1']) {
      expect((await api.get(`/api/hello?${query}`).set('x-internal-token', anonymous)).status).toBe(400);
    }
  });

  it('needs an Idempotency-Key where the contract says so', async () => {
    const pay = () => api.post('/api/pay').set('x-internal-token', as({}));
    expect((await pay().send({ note: 'a' })).body.code).toBe('missing_idempotency_key');
    expect((await pay().set('idempotency-key', 'k1').send({ note: 'a' })).body).toEqual({ note: 'k1 64' });
  });

  it('matches fixed paths before ids, and answers 405 with the methods of a path', async () => {
    expect((await api.get('/api/notes/mine').set('x-internal-token', as({}))).body).toEqual({ note: 'u1' });
    const res = await api.delete('/api/hello').set('x-internal-token', as({}));
    expect([res.status, res.headers['allow']]).toEqual([405, 'GET']);
    expect((await api.get('/api/nothing')).body.code).toBe('not_found');
    expect((await api.get('/api/notes/%E0%A4%A').set('x-internal-token', seller)).status).toBe(404);
  });

  it('accepts one spelling of each path', async () => {
    for (const path of ['/api/hello/', '/api/Hello', '/api/notes/Mine/', '/API/hello']) {
      const reply = await api.get(path).set('x-internal-token', seller);
      expect([path, reply.status, reply.body.code]).toEqual([path, 404, 'not_found']);
    }
  });

  it('refuses users at internal routes, and hides the details of an unexpected error', async () => {
    expect((await api.get('/internal/inside').set('x-internal-token', as({ roles: ['admin'] }))).status).toBe(
      403,
    );
    expect(
      (await api.get('/internal/inside').set('x-internal-token', as({ kind: 'service', sub: null }))).status,
    ).toBe(200);
    const res = await api.get('/api/broken').set('x-internal-token', anonymous);
    expect([res.status, res.body.code]).toEqual([500, 'internal']);
    expect(res.text).not.toContain('secret');
  });

  it('sends bytes unchanged, at each of its paths, and 304 to a client that has them', async () => {
    const get = (path: string) => api.get(path).set('x-internal-token', anonymous);
    for (const path of ['/api/kept', '/api/kept-alias'])
      expect((await get(path)).text).toBe('{ "note": "as it is" }');
    for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
      const known = await get('/api/kept').set('if-none-match', tag);
      expect([known.status, known.text, known.headers['etag']]).toEqual([304, '', '"1"']);
    }
    expect((await get('/api/kept').set('if-none-match', '"2"')).status).toBe(200);
    // An answer without an ETag is never 304, whatever If-None-Match says.
    expect((await get('/api/hello').set('if-none-match', '*')).status).toBe(200);
  });

  it('sends Retry-After in whole seconds', async () => {
    const res = await api.get('/api/busy').set('x-internal-token', anonymous);
    expect([res.status, res.headers['retry-after']]).toEqual([503, '2']);
  });

  it('answers 503 while a store is away, without the address of the store', async () => {
    const res = await api.get('/api/away').set('x-internal-token', anonymous);
    expect([res.status, res.body.code]).toEqual([503, 'unavailable']);
    expect(res.text).not.toContain('secret');
  });

  it('returns a well-formed correlation id and replaces a bad one', async () => {
    expect((await api.get('/api/hello').set('x-correlation-id', 'abc-1')).headers['x-correlation-id']).toBe(
      'abc-1',
    );
    expect(
      (await api.get('/api/hello').set('x-correlation-id', 'bad id!')).headers['x-correlation-id'],
    ).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('counts requests by the route template and never by the path', async () => {
    const { text } = await ops.get('/metrics');
    expect(text).toContain('http_route="/api/notes/{id}"');
    expect(text).not.toContain(KNOWN_NOTE);
    expect(text).toMatch(/bramble_ready\{service_name="users"\} 1/);
    expect((await ops.get('/readyz')).status).toBe(200);
    expect((await ops.get('/livez')).status).toBe(200);
  });
});
