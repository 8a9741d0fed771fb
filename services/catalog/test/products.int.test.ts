import { randomUUID } from 'node:crypto';
import { anonymous, service, userWith } from '@bramble/test-kit/agent';
import { expectNoLeaks } from '@bramble/test-kit/leaks';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { draft, offer, openShop, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const job = { id: null, roles: [], kind: 'job' as const };
const codeOf = (answer: { body: unknown }) => (answer.body as { code: string }).code;

describe('a product', () => {
  it('is offered by a seller and seen by anyone', async () => {
    const { headers, body } = await shop
      .as(shop.seller)
      .post('/api/products')
      .send(draft({ title: '  Bramble Jelly ' }))
      .expect(201);
    expect(body.product).toMatchObject({
      sellerId: shop.seller.id,
      title: 'Bramble Jelly',
      stock: { available: 10 },
      version: 1,
      pictures: [],
    });
    expect(headers['location']).toBe(`/api/products/${body.product.id}`);
    const seen = await shop.as(anonymous).get(`/api/products/${body.product.id}`).expect(200);
    expect(seen.body).toEqual(body);
    expect(seen.headers['etag']).toBe('"1-0"');
  });

  it('is not sent again to who has it, and is when its stock changes', async () => {
    const { id } = await offer(shop);
    const shopper = shop.as(anonymous);
    const get = () => shopper.get(`/api/products/${id}`).set('if-none-match', '"1-0"');
    await get().expect(304);
    await get().expect(304);
    await shop.as(shop.seller).post(`/api/products/${id}/refill`).send({ quantity: 5 }).expect(200);
    const { headers, body } = await get().expect(200);
    expect(headers['etag']).toBe('"1-1"');
    expect(body.product.stock.available).toBe(15);
  });

  it('is changed only by who knows its version', async () => {
    const { id } = await offer(shop);
    const patch = (ifMatch?: string) => {
      const request = shop.as(shop.seller).patch(`/api/products/${id}`);
      return (ifMatch ? request.set('if-match', ifMatch) : request).send({ title: 'Plum Jam' });
    };
    expect(codeOf(await patch().expect(428))).toBe('precondition_required');
    const { body, headers } = await patch('"1"').expect(200);
    expect(body.product).toMatchObject({ title: 'Plum Jam', version: 2 });
    expect(headers['etag']).toBe('"2-0"');
    expect(codeOf(await patch('"1-0"').expect(412))).toBe('version_conflict');
    const seen = await shop.as(anonymous).get(`/api/products/${id}`).expect(200);
    expect(seen.body).toEqual(body);
  });

  it('lets one of many editors win', async () => {
    const { id } = await offer(shop);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        shop
          .as(shop.seller)
          .patch(`/api/products/${id}`)
          .set('if-match', '"1"')
          .send({ title: `Jam ${n}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
  });

  it('is adjusted in stock without a new version, and the ledger says why', async () => {
    const { id } = await offer(shop);
    const { body } = await shop
      .as(shop.seller)
      .patch(`/api/products/${id}`)
      .set('if-match', '"1"')
      .send({ stock: { available: 4 } })
      .expect(200);
    expect(body.product).toMatchObject({ version: 1, stock: { available: 4 } });
    const stored = await shop.db.collection<{ _id: string; stock: object }>('products').findOne({ _id: id });
    expect(stored?.stock).toMatchObject({ initial: 10, removed: 6, refilled: 0, available: 4 });
  });

  it('is hidden from other sellers’ hands, but not from an admin', async () => {
    const { id } = await offer(shop);
    const stranger = shop.as(userWith('seller'));
    const edit = (agent: typeof stranger) =>
      agent.patch(`/api/products/${id}`).set('if-match', '"1"').send({ title: 'Mine' });
    expect(codeOf(await edit(stranger).expect(404))).toBe('not_found');
    await stranger.delete(`/api/products/${id}`).expect(404);
    await stranger.post(`/api/products/${id}/refill`).send({ quantity: 1 }).expect(404);
    await edit(shop.as(userWith('customer'))).expect(403);
    await edit(shop.as(anonymous)).expect(401);
    await edit(shop.as(userWith('admin'))).expect(200);
  });

  it('is gone for readers once it is withdrawn', async () => {
    const { id } = await offer(shop, { title: 'Vanishing Cream' });
    const seller = shop.as(shop.seller);
    await shop.as(anonymous).get(`/api/products/${id}`).expect(200);
    await shop.as(anonymous).get('/api/products?q=vanishing').expect(200);
    await seller.delete(`/api/products/${id}`).set('if-match', '"7"').expect(412);
    await seller.delete(`/api/products/${id}`).set('if-match', '"1"').expect(204);
    await shop.as(anonymous).get(`/api/products/${id}`).expect(404);
    await seller.delete(`/api/products/${id}`).expect(404);
    const { body } = await shop.as(anonymous).get('/api/products?q=vanishing').expect(200);
    expect(body.items).toEqual([]);
    const lookup = await shop
      .as(service)
      .post('/internal/products/lookup')
      .send({ ids: [id] });
    expect(lookup.body).toEqual({ items: [] });
  });

  it('is refilled by a job without a user', async () => {
    const { id } = await offer(shop);
    const { body } = await shop.as(job).post(`/api/products/${id}/refill`).send({ quantity: 7 }).expect(200);
    expect(body.product.stock.available).toBe(17);
  });

  it('tells the catalogue’s stream what happened to it', async () => {
    const { id, sellerId } = await offer(shop);
    const seller = shop.as(shop.seller);
    await seller
      .patch(`/api/products/${id}`)
      .set('if-match', '"1"')
      .send({ title: 'New', stock: { available: 1 } });
    await seller.delete(`/api/products/${id}`).expect(204);
    const said = await waitFor(async () => {
      const all = (await eventsIn(shop.redis, 'catalog_stream')).filter(({ key }) => key === id);
      return all.length >= 4 ? all : undefined;
    });
    expect(said.map(({ type, payload }) => [type, payload])).toEqual([
      ['product.changed', { productId: id, sellerId, version: 1 }],
      ['product.changed', { productId: id, sellerId, version: 2 }],
      ['stock.changed', { productId: id, available: 1, revision: 1 }],
      ['product.deleted', { productId: id, sellerId }],
    ]);
  });
});

describe('bad requests', () => {
  it.each([
    ['an empty body', {}, 'invalid_input'],
    ['an unknown field', draft({ sellerId: randomUUID() }), 'invalid_input'],
    ['a price of nothing', draft({ price: { amount: 0, currency: 'EUR' } }), 'invalid_input'],
    ['a price in another currency', draft({ price: { amount: 5, currency: 'USD' } }), 'currency_mismatch'],
    ['a category that is no slug', draft({ category: 'Fruit & Veg' }), 'invalid_input'],
    ['a negative stock', draft({ stock: { available: -1 } }), 'invalid_input'],
  ])('refuses %s', async (_what, body, code) => {
    const answer = await shop.as(shop.seller).post('/api/products').send(body).expect(400);
    expect(codeOf(answer)).toBe(code);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it.each([
    '?limit=0',
    '?limit=101',
    '?sort=cheapest',
    '?cursor=abc',
    '?minPrice=-1',
    '?colour=red',
    '?q[$gt]=',
    '?seller=me',
    '?inStock=maybe',
    `?cursor=${Buffer.from('["price",{"$gt":0},"x"]').toString('base64url')}`,
  ])('refuses the list %s', async (query) => {
    expect(codeOf(await shop.as(anonymous).get(`/api/products${query}`).expect(400))).toBe('invalid_input');
  });

  it('has nothing at a malformed id', async () => {
    await shop.as(anonymous).get('/api/products/7').expect(404);
    await shop.as(anonymous).get(`/api/products/${randomUUID()}`).expect(404);
  });

  it('answers only through the gateway, also what it has at hand', async () => {
    const { id } = await offer(shop);
    await shop.as(anonymous).get(`/api/products/${id}`).expect(200);
    const answer = await fetch(`${shop.catalog.url}/api/products/${id}`);
    expect(answer.status).toBe(401);
  });

  it('keeps the look-up for services', async () => {
    await shop.as(userWith('admin')).post('/internal/products/lookup').send({ ids: [] }).expect(403);
  });
});

describe('the look-up', () => {
  it('gives prices and owners of many products at once', async () => {
    const products = [await offer(shop), await offer(shop, { title: 'Oak Spoon' })];
    const ids = [...products.map(({ id }) => id), randomUUID()];
    const { body } = await shop.as(service).post('/internal/products/lookup').send({ ids }).expect(200);
    expect(body.items).toHaveLength(2);
    expect(body.items).toContainEqual({
      id: products[1]!.id,
      sellerId: shop.seller.id,
      title: 'Oak Spoon',
      price: { amount: 490, currency: 'EUR' },
      available: 10,
    });
  });
});

describe('the service', () => {
  it('closes everything it opened', async () => {
    const own = await openShop();
    own.redis.disconnect();
    await own.catalog.stop();
    await expectNoLeaks(own.stores);
    await own.close();
  });
});
