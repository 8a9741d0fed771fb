import { callBy, type CallRequest, decode, encode, type Route, type SeenState } from './call';
import { CallError, isCode } from './call-error';
import { cartApi } from './cart';
import { catalogApi } from './catalog';
import { ordersApi } from './orders';
import { usersApi } from './users';

const id = '018f4e0e-7a3c-7000-8000-000000000001';
const problem = {
  type: 'urn:bramble:error:price_changed',
  title: 'The price has changed',
  status: 409,
  code: 'price_changed',
  detail: 'dearer by now',
  correlationId: 'c-1',
  errors: [{ path: 'expectedTotal', message: 'is not the total' }],
  totals: { total: { amount: 5, currency: 'EUR' } },
};

function thrown(read: () => unknown): CallError {
  try {
    read();
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('encode', () => {
  it('fills the path, and leaves out what is undefined in the query', () => {
    expect(encode(catalogApi.get, { params: { id: 'a/b ü' } }).path).toBe('/api/products/a%2Fb%20%C3%BC');
    const query = { q: 'jam & tea', limit: 0, cursor: undefined, category: '' };
    expect(encode(catalogApi.list, { query }).path).toBe('/api/products?q=jam%20%26%20tea&limit=0&category=');
    expect(encode(catalogApi.list)).toEqual({
      method: 'GET',
      path: '/api/products',
      headers: {},
      body: undefined,
    });
  });

  it('refuses a path whose parameter is missing', () => {
    expect(() => encode(ordersApi.get, { params: {} })).toThrow('/api/orders/:id needs id');
  });

  it('says that a body is JSON, and sends the key and the version as headers', () => {
    expect(
      encode(ordersApi.refund, { params: { id }, body: { restock: true }, idempotencyKey: 'k-1' }),
    ).toEqual({
      method: 'POST',
      path: `/api/orders/${id}/refund`,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k-1' },
      body: '{"restock":true}',
    });
    const ifMatchOf = (ifMatch: SeenState) =>
      encode(catalogApi.remove, { params: { id }, ifMatch }).headers['if-match'];
    expect([ifMatchOf(3), ifMatchOf('3-17')]).toEqual(['"3"', '"3-17"']);
  });

  it('sets no content type for a form, since the transport sets it with the boundary', () => {
    const form = new FormData();
    expect(encode(catalogApi.putPicture, { params: { id }, form })).toMatchObject({
      headers: {},
      body: form,
    });
  });
});

describe('decode', () => {
  it('reads a successful answer by its schema', () => {
    const text = JSON.stringify({ items: [{ slug: 'tea', name: 'Tea', products: 2, secret: 1 }] });
    expect(decode(catalogApi.categories, { status: 200, text })).toEqual({
      items: [{ slug: 'tea', name: 'Tea', products: 2 }],
    });
    expect(decode(cartApi.clearCart, { status: 204, text: '' })).toBeUndefined();
  });

  it('reads the answer of a route without a schema as it is', () => {
    const route: Route<typeof catalogApi.categories> = {
      method: 'get',
      path: '/api/categories',
      success: 200,
    };
    expect(decode(route, { status: 200, text: '{"items":[]}' })).toEqual({ items: [] });
    const none: Route<typeof cartApi.clearCart> = { method: 'delete', path: '/api/cart', success: 204 };
    expect(decode(none, { status: 204, text: '' })).toBeUndefined();
  });

  it('throws a problem with all its members', () => {
    const error = thrown(() => decode(ordersApi.place, { status: 409, text: JSON.stringify(problem) }));
    const { title, detail, errors, totals } = problem;
    const said = { status: 409, code: 'price_changed', title, detail, errors, extra: { totals } };
    expect(error).toMatchObject({ ...said, correlationId: 'c-1' });
    expect(error.extra).toEqual({ totals });
    expect(error.message).toBe(
      'POST /api/orders answered 409 price_changed: dearer by now, expectedTotal is not the total',
    );
    expect(isCode(error, 'out_of_stock', 'price_changed')).toBe(true);
    expect(isCode(error, 'out_of_stock')).toBe(false);
  });

  it.each([
    ['a page of some proxy', 502, '<html>'],
    ['a refusal without a code', 403, '{"error":"no"}'],
    ['a list instead of a problem', 500, '[]'],
    ['a success that the contract does not name', 201, '{"items":[]}'],
    ['a success that is not JSON', 200, 'fine'],
    ['a success that was cut off', 200, ''],
    ['a success of another shape', 200, '{"items":[{"slug":1}]}'],
  ])('calls %s a bad gateway', (_, status, text) => {
    const error = thrown(() => decode(catalogApi.categories, { status, text, correlationId: 'c-2' }));
    expect(error).toMatchObject({ status, code: 'bad_gateway', correlationId: 'c-2' });
  });
});

describe('a call', () => {
  const sent: CallRequest[] = [];
  const call = callBy<{ token?: string }>((request, { token }) => {
    sent.push({ ...request, headers: { ...request.headers, authorization: `Bearer ${token ?? ''}` } });
    return Promise.resolve({ status: 200, text: '{"items":[],"nextCursor":null}' });
  });

  it('encodes, sends with what its transport takes, and decodes', async () => {
    expect(await call(ordersApi.list, { query: { limit: 5 }, token: 't' })).toEqual({
      items: [],
      nextCursor: null,
    });
    expect(sent).toMatchObject([{ path: '/api/orders?limit=5', headers: { authorization: 'Bearer t' } }]);
  });

  it('is refused by the compiler when it leaves out or adds a part', () => {
    const wrong = [
      // @ts-expect-error -- the path names an id
      () => call(ordersApi.get),
      // @ts-expect-error -- there is no such order of products
      () => call(catalogApi.list, { query: { sort: 'colour' } }),
      // @ts-expect-error -- the operation has no query
      () => call(catalogApi.get, { params: { id }, query: { limit: 1 } }),
      // @ts-expect-error -- the body is required
      () => call(usersApi.login),
      // @ts-expect-error -- a refund is made under a key
      () => call(ordersApi.refund, { params: { id }, body: {} }),
      // @ts-expect-error -- an edit names the version that it is made of
      () => call(catalogApi.patch, { params: { id }, body: { title: 'Tea' } }),
      // @ts-expect-error -- a picture is a form
      () => call(catalogApi.putPicture, { params: { id } }),
    ];
    expect(wrong).toHaveLength(7);
  });
});
