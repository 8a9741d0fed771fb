import { randomUUID } from 'node:crypto';
import type { Product } from '@bramble/contracts/catalog';
import { demoPeople } from '@bramble/demo/people';
import { agentAs, anonymous, userWith } from '@bramble/test-kit/agent';
import type { StartedService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { draft, line, offer, openShop, paid, placed, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ DEMO: 'on' });
});
afterAll(() => shop.close());

interface List {
  items: Product[];
  nextCursor: string | null;
}
const list = async (query: string, who = anonymous): Promise<List> =>
  (await shop.as(who).get(`/api/products${query}`).expect(200)).body as List;
const titles = ({ items }: List) => items.map(({ title }) => title);

async function allPages(query: string): Promise<Product[]> {
  const all: Product[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: List = await list(`?limit=37&${query}${cursor && `&cursor=${cursor}`}`);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

describe('the demo catalogue', () => {
  it('has 200 products in a dozen categories, and a second start adds none', async () => {
    const { body } = await shop.as(anonymous).get('/api/categories').expect(200);
    const counts = (body.items as { products: number }[]).map(({ products }) => products);
    expect(counts.length).toBeGreaterThanOrEqual(12);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    const second = await shop.start();
    await second.stop();
    expect(await shop.db.collection('products').countDocuments()).toBe(200);
  });
});

describe('the categories', () => {
  it('are at most 200, those with the most products, in the order of their names', async () => {
    const slugsNow = async () => {
      const { body } = await shop.as(anonymous).get('/api/categories').expect(200);
      return (body.items as { slug: string }[]).map(({ slug }) => slug);
    };
    const before = await slugsNow();
    const products = shop.db.collection<{ _id: string; category: string }>('products');
    const [one] = await products.find().toArray();
    const many: { _id: string; category: string }[] = Array.from({ length: 230 }, (_, n) => ({
      ...one!,
      _id: randomUUID(),
      category: `a-fad-${n}`,
    }));
    await products.insertMany(many);
    try {
      // The lists that were cached are dropped.
      many.push({ ...many[0]!, _id: (await offer(shop, { category: 'a-fad' })).id });
      const slugs = await waitFor(slugsNow, {
        until: (all) => all.includes('a-fad-0'),
        what: 'the new list',
      });
      expect(slugs).toHaveLength(200);
      expect(slugs).toEqual([...slugs].sort());
      expect(slugs).toEqual(expect.arrayContaining(before));
    } finally {
      await products.deleteMany({ _id: { $in: many.map(({ _id }) => _id) } });
    }
  });
});

describe('browsing', () => {
  it.each(['newest', 'price', '-price', 'popular'])('shows every product once by %s', async (sort) => {
    const all = await allPages(`sort=${sort}`);
    expect(new Set(all.map(({ id }) => id)).size).toBe(200);
    expect(all).toHaveLength(200);
  });

  it('sorts by price both ways', async () => {
    const prices = (await allPages('sort=price')).map(({ price }) => price.amount);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect((await list('?sort=-price&limit=1')).items[0]?.price.amount).toBe(prices.at(-1));
  });

  it('filters by category, seller, price and stock', async () => {
    const garden = await allPages('category=garden');
    expect(garden.length).toBeGreaterThan(10);
    expect(garden.every(({ category }) => category === 'garden')).toBe(true);
    const cheap = await allPages('maxPrice=500&minPrice=300');
    expect(cheap.every(({ price }) => price.amount >= 300 && price.amount <= 500)).toBe(true);
    expect((await allPages(`seller=${demoPeople.seller.id}`)).length).toBe(200);
    expect((await list('?inStock=false')).items).toEqual([]);
    expect((await list('?inStock=true&limit=100')).items).toHaveLength(100);
  });

  it('shows the best-selling first when asked for what is popular', async () => {
    const [product] = (await list('?limit=1&category=tools')).items as [Product];
    const order = randomUUID();
    await shop.publish(placed(order, [line(product, 3)]), paid(order, [line(product, 3)]));
    await waitFor(async () => (await list('?sort=popular&limit=1')).items[0]?.id === product.id);
  });

  it('answers the aliases alike', async () => {
    const [plain, open, search] = await Promise.all(
      ['', '/public', '/search'].map(async (path) => list(`${path}?limit=3&sort=price`)),
    );
    expect(open).toEqual(plain);
    expect(search).toEqual(plain);
  });

  it('refuses a cursor of another sort', async () => {
    const { nextCursor } = await list('?sort=price');
    await shop.as(anonymous).get(`/api/products?sort=popular&cursor=${nextCursor}`).expect(400);
  });
});

describe('searching', () => {
  it('finds while somebody is still typing', async () => {
    for (const typed of ['rasp', 'RASPB', 'raspberry', 'raspberry j', 'jam rasp']) {
      expect(titles(await list(`?q=${encodeURIComponent(typed)}`))).toContain('Raspberry Jam, 340 g');
    }
  });

  it('puts a title that has all words first', async () => {
    expect(titles(await list('?q=raspberry%20jam'))[0]).toBe('Raspberry Jam, 340 g');
  });

  it('finds other forms of a word, and words of the description', async () => {
    expect(titles(await list('?q=pancake'))).toContain('Buckwheat Pancake Mix, 500 g');
    expect(titles(await list('?q=nightingale'))).toEqual(['Microphone for Field Sounds']);
  });

  it('finds with and without accents, and in the category', async () => {
    expect(titles(await list('?q=saute'))).toContain('Copper Sauté Pan, 24 cm');
    expect((await allPages('q=toys')).length).toBeGreaterThanOrEqual(16);
  });

  it('pages through what it found, in each order', async () => {
    for (const sort of ['relevance', 'price', 'newest']) {
      const once = titles(await list(`?q=wood&limit=100&sort=${sort}`));
      expect(once.length).toBeGreaterThan(3);
      const paged: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: List = await list(`?q=wood&limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`);
        paged.push(...titles(page));
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(once);
    }
  });

  it.each(['!!!', '.*', '$where', '"', '-', '(a+)+$', 'a'.repeat(200), '🍓', '\\'])(
    'answers a search for %s without an error',
    async (typed) => {
      await shop
        .as(anonymous)
        .get(`/api/products?q=${encodeURIComponent(typed)}`)
        .expect(200);
    },
  );
});

describe('one’s own shop window', () => {
  it('shows a seller their own goods, and others everything but their own', async () => {
    const seller = userWith('seller');
    const { body } = await shop
      .as(seller)
      .post('/api/products')
      .send(draft({ title: 'Only Mine' }))
      .expect(201);
    const mine = await shop.as(seller).get('/api/products/mine').expect(200);
    expect(titles(mine.body as List)).toEqual(['Only Mine']);
    const home = await shop.as(seller).get('/api/products/my-home?limit=1').expect(200);
    expect((home.body as List).items[0]?.id).not.toBe(body.product.id);
    const others = await shop.as(userWith('customer')).get('/api/products/my-home?limit=1').expect(200);
    expect((others.body as List).items[0]?.id).toBe(body.product.id);
    await shop.as(anonymous).get('/api/products/mine').expect(401);
  });
});

describe('copies kept for speed', () => {
  it('show an edit at once, in lists too', async () => {
    const product = await offer(shop, { title: 'Quince Paste', category: 'cached' });
    for (let edit = 1; edit <= 5; edit++) {
      expect(titles(await list('?category=cached'))).toHaveLength(1);
      await shop
        .as(shop.seller)
        .patch(`/api/products/${product.id}`)
        .set('if-match', `"${edit}"`)
        .send({ title: `Quince ${edit}` })
        .expect(200);
      expect(titles(await list('?category=cached'))).toEqual([`Quince ${edit}`]);
    }
  });

  it('show stock within a second of its commit, also in another replica', async () => {
    const second = await shop.start();
    try {
      const product = await offer(shop, { category: 'lagging' });
      const available = async (target: StartedService) => {
        const agent = agentAs(target, anonymous);
        const one = await agent.get(`/api/products/${product.id}`).expect(200);
        const many = await agent.get('/api/products?category=lagging').expect(200);
        return [one.body.product.stock.available, (many.body as List).items[0]?.stock.available];
      };
      for (let round = 1; round <= 3; round++) {
        expect(await available(second)).toEqual([11 - round, 11 - round]);
        const order = randomUUID();
        await shop.publish(placed(order, [line(product)]));
        await waitFor(async () =>
          shop.db.collection<{ _id: string }>('reservations').findOne({ _id: order }),
        );
        for (const target of [shop.catalog, second]) {
          await waitFor(async () => (await available(target)).every((count) => count === 10 - round), {
            timeout: 1_000,
            what: 'the new stock to be shown',
          });
        }
      }
    } finally {
      await second.stop();
    }
  });
});
