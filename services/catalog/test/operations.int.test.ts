import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import type { Document } from 'mongodb';
import type { DeadLetter } from '@bramble/contracts/gateway';
import { demoProductId } from '@bramble/demo/goods';
import { agentAs, anonymous, service } from '@bramble/test-kit/agent';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { listPipeline } from '../src/product/product.query';
import { line, offer, openShop, placed, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ DEMO: 'on' });
});
afterAll(() => shop.close());

/** The value of a series, once the collectors had the time to read it: on a busy machine the first scrape may lack it. */
const metric = (opsUrl: string, name: string, label: string): Promise<{ value: number }> =>
  waitFor(
    async () => {
      const text = await (await fetch(`${opsUrl}/metrics`)).text();
      const series = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(label));
      return series === undefined ? undefined : { value: Number(series.split(' ').at(-1)) };
    },
    { what: `${name} with ${label}`, timeout: 25_000, interval: 500 },
  );

async function figures(): Promise<number[]> {
  const catalog = await shop.start();
  try {
    const names = [
      ['bramble_ledger_drift', 'ledger="stock"'],
      ['bramble_ledger_drift', 'ledger="reserved"'],
      ['bramble_reservations', 'state="live"'],
      ['bramble_products', 'stock="ok"'],
    ] as const;
    const found = [];
    for (const [name, label] of names) found.push((await metric(catalog.opsUrl, name, label)).value);
    return found;
  } finally {
    await catalog.stop();
  }
}

describe('the ledgers as metrics', () => {
  it('have no drift at first, count what is reserved, and show a unit that is missing from the stock', async () => {
    await shop.publish(placed(randomUUID(), [line({ id: demoProductId(1) }, 2)]));
    const reservations = shop.db.collection('reservations');
    await waitFor(() => reservations.countDocuments({ state: 'live' }));
    expect(await figures()).toEqual([0, 0, 1, 200]);

    const products = shop.db.collection<{ _id: string; stock: { available: number; reserved: number } }>(
      'products',
    );
    await products.updateOne({ _id: demoProductId(1) }, { $inc: { 'stock.available': -1 } });
    const byHand = { 'stock.available': -3, 'stock.reserved': 3 };
    await products.updateOne({ _id: demoProductId(2) }, { $inc: byHand });
    expect(await figures()).toEqual([1, 3, 1, 200]);
  });
});

describe('the catalog without its cache', () => {
  it('still changes and lists products', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const lone = await shop.start({ REDIS_CACHE_URL: `redis://127.0.0.1:${port}` });
    try {
      const seller = agentAs(lone, shop.seller);
      const shopper = agentAs(lone, anonymous);
      const product = await offer(shop, { title: 'Quiet Jam', category: 'uncached' });
      const start = performance.now();
      const { body } = await shopper.get('/api/products?category=uncached').expect(200);
      expect(body.items).toHaveLength(1);
      await seller
        .patch(`/api/products/${product.id}`)
        .set('if-match', '"1"')
        .send({ title: 'Loud Jam' })
        .expect(200);
      const changed = await shopper.get('/api/products?category=uncached').expect(200);
      expect(changed.body.items[0].title).toBe('Loud Jam');
      expect(performance.now() - start).toBeLessThan(3_000);
    } finally {
      await lone.stop();
    }
  });
});

describe('each kind of product list', () => {
  const stages = (plan: unknown): string[] => {
    if (plan === null || typeof plan !== 'object') return [];
    const stage = (plan as { stage?: unknown }).stage;
    return [...(typeof stage === 'string' ? [stage] : []), ...Object.values(plan).flatMap(stages)];
  };

  it.each([
    [{}],
    [{ sort: 'price' as const }],
    [{ sort: '-price' as const }],
    [{ sort: 'popular' as const }],
    [{ category: 'garden' }],
    [{ category: 'garden', sort: 'price' as const, inStock: true }],
    [{ category: 'garden', sort: 'popular' as const }],
    [{ seller: randomUUID() }],
    [{ sellerNot: randomUUID() }],
    [{ minPrice: 100, maxPrice: 200, sort: 'price' as const }],
    [{ q: 'rasp' }],
    [{ q: 'jam', sort: 'price' as const }],
  ])('is answered from an index: %j', async (query) => {
    const pipeline = listPipeline({ ...query, limit: 20 }) as Document[];
    const plan = JSON.parse(
      JSON.stringify(await shop.db.collection('products').aggregate(pipeline).explain('queryPlanner')),
      (key, value: unknown) => (key === 'rejectedPlans' ? undefined : value),
    ) as unknown;
    const used = stages(plan);
    expect(used).toContain('IXSCAN');
    expect(used).not.toContain('COLLSCAN');
    if (!('q' in query)) expect(used).not.toContain('SORT');
  });
});

it('tells the audit log which operator discarded a dead letter', async () => {
  await shop.redis.xadd('orders_stream', '*', 'type', 'order.placed', 'payload', '{}');
  const letters = async () => {
    const { body } = await shop.as(service).get('/internal/dead-letters').expect(200);
    return (body as { items: DeadLetter[] }).items;
  };
  const [letter] = await waitFor(letters, {
    until: ({ length }) => length === 1,
    timeout: 20_000,
    what: 'the dead letter',
  });
  const id = letter?.id ?? '';
  await shop.as(service).delete(`/internal/dead-letters/${id}?operator=ana`).expect(204);
  const [event] = await waitFor(
    () => eventsIn(shop.redis, 'catalog_audit_stream', { type: 'product.operator_acted' }),
    { until: ({ length }) => length === 1, what: 'the entry of the operator' },
  );
  expect(event?.payload).toMatchObject({ action: 'discardOwnDeadLetter', target: id, operator: 'ana' });
}, 60_000);
