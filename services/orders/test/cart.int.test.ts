import type { Cart } from '@bramble/contracts/cart';
import { type Agent, agentAs, anonymous, service, userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('the cart', () => {
  let shop: Shop;
  let plums: string;
  let nuts: string;

  beforeAll(async () => {
    shop = await openShop();
    plums = await shop.product({ title: 'Plums', price: 300, available: 5 });
    nuts = await shop.product({ title: 'Nuts', price: 700, available: 50 });
  });
  afterAll(() => shop.close());

  const add = (agent: Agent, productId: string, quantity = 1) =>
    agent.post('/api/cart/items').send({ productId, quantity });
  const cartOf = async (agent: Agent): Promise<Cart> =>
    ((await agent.get('/api/cart').expect(200)).body as { cart: Cart }).cart;
  const quantities = (cart: Cart) => cart.items.map(({ title, quantity }) => [title, quantity]);
  const owners = async () => (await shop.sql.query('SELECT 1 FROM carts')).rowCount;

  it('of more lines than an order may have can be read and reduced', async () => {
    const who = userWith('customer');
    const buyer = shop.agent(who);
    const products = await Promise.all(Array.from({ length: 103 }, () => shop.product({ available: 9 })));
    const [first = '', ...rest] = products;
    await add(buyer, first).expect(200);
    // As a merge of two carts leaves it.
    await shop.sql.query(
      'INSERT INTO cart_items (owner, product_id, quantity) SELECT $1, unnest($2::uuid[]), 1',
      [`user:${who.id}`, rest],
    );
    expect((await cartOf(buyer)).items).toHaveLength(100);
    await add(buyer, nuts).expect(400);
    const last = rest.at(-1) ?? '';
    await buyer.patch(`/api/cart/items/${last}`).send({ quantity: 2 }).expect(200);
    for (const id of rest.slice(0, 4)) await buyer.delete(`/api/cart/items/${id}`).expect(200);
    expect((await cartOf(buyer)).items).toHaveLength(99);
    await add(buyer, nuts).expect(200);
    expect((await cartOf(buyer)).items).toHaveLength(100);
  });

  it('shows the tax and delivery of the country that the caller names, in every answer', async () => {
    const guest = shop.agent(anonymous);
    const totalsIn = async (answer: Promise<{ body: { cart: Cart } }>) => {
      const { totals } = (await answer).body.cart;
      return [totals.shipping.amount, totals.tax.amount, totals.total.amount];
    };
    const unknown = await totalsIn(add(guest, nuts, 2).expect(200));
    const german = await totalsIn(guest.get('/api/cart?country=DE').expect(200));
    const swiss = await totalsIn(guest.get('/api/cart?country=CH').expect(200));
    expect(german[2]).toBe(1_400 + 490);
    expect(swiss[2]).toBe(1_400 + 1_290);
    expect(unknown[0]).toBe(490);
    expect(german[1]).toBe(Math.round((1_890 * 19) / 119));
    const line = `/api/cart/items/${nuts}`;
    expect(await totalsIn(guest.patch(`${line}?country=CH`).send({ quantity: 2 }).expect(200))).toEqual(
      swiss,
    );
    const more = guest.post('/api/cart/items?country=CH').send({ productId: plums, quantity: 1 }).expect(200);
    expect((await totalsIn(more))[0]).toBe(1_290);
    expect(await totalsIn(guest.delete(`/api/cart/items/${plums}?country=CH`).expect(200))).toEqual(swiss);
    await guest.get('/api/cart?country=Germany').expect(400);
  });

  it('shows nobody an empty cart, and makes none for it', async () => {
    const before = await owners();
    const cart = await cartOf(shop.agent(anonymous));
    expect(cart).toMatchObject({ items: [], totals: { total: { amount: 0, currency: 'EUR' } } });
    expect(await owners()).toBe(before);
  });

  it('keeps a guest what was added, at prices of today', async () => {
    const guest = shop.agent(anonymous);
    await add(guest, plums, 2).expect(200);
    await add(guest, nuts).expect(200);
    await add(guest, plums).expect(200);
    const cart = await cartOf(guest);
    expect(quantities(cart)).toEqual([
      ['Plums', 3],
      ['Nuts', 1],
    ]);
    expect(cart.totals.subtotal.amount).toBe(1600);
    await guest.patch(`/api/cart/items/${plums}`).send({ quantity: 1 }).expect(200);
    await guest.delete(`/api/cart/items/${nuts}`).expect(200);
    expect(quantities(await cartOf(guest))).toEqual([['Plums', 1]]);
    await guest.delete('/api/cart').expect(204);
    expect((await cartOf(guest)).items).toEqual([]);
  });

  it('loses nothing when two tabs add at once', async () => {
    const who = userWith('customer');
    await Promise.all(Array.from({ length: 20 }, () => add(shop.agent(who), nuts).expect(200)));
    expect(quantities(await cartOf(shop.agent(who)))).toEqual([['Nuts', 20]]);
  });

  it('says how many are left when more are asked for', async () => {
    const agent = shop.agent(userWith('customer'));
    await add(agent, plums, 4).expect(200);
    const refused = await add(agent, plums, 2).expect(409);
    expect(refused.body).toMatchObject({ code: 'out_of_stock', detail: '5 left', available: 5 });
    expect(quantities(await cartOf(agent))).toEqual([['Plums', 4]]);
    await agent.patch(`/api/cart/items/${plums}`).send({ quantity: 6 }).expect(409);
    await agent.patch(`/api/cart/items/${nuts}`).send({ quantity: 1 }).expect(404);
  });

  it('brings a guest the basket into the account, up to what there is', async () => {
    const who = userWith('customer');
    await add(shop.agent(who), plums, 3).expect(200);
    const guest = shop.agent(anonymous);
    const first = await add(guest, plums, 4).expect(200);
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
    await add(guest, nuts, 2).expect(200);

    const merged = await shop.agent(who).get('/api/cart').set('Cookie', cookie).expect(200);
    expect(quantities((merged.body as { cart: Cart }).cart)).toEqual([
      ['Plums', 5],
      ['Nuts', 2],
    ]);
    expect(String(merged.headers['set-cookie'])).toMatch(/bramble_cart=;.*Max-Age=0/);
    const again = await shop.agent(who).get('/api/cart').set('Cookie', cookie).expect(200);
    expect(quantities((again.body as { cart: Cart }).cart)).toEqual([
      ['Plums', 5],
      ['Nuts', 2],
    ]);
  });

  it("never takes a user's id in the cookie for that user's cart", async () => {
    const who = userWith('customer');
    await add(shop.agent(who), nuts).expect(200);
    const thief = await shop
      .agent(anonymous)
      .get('/api/cart')
      .set('Cookie', `bramble_cart=${who.id}`)
      .expect(200);
    expect((thief.body as { cart: Cart }).cart.items).toEqual([]);
  });

  it('drops what is no longer for sale', async () => {
    const agent = shop.agent(userWith('customer'));
    const rare = await shop.product({ title: 'Rare' });
    await add(agent, rare).expect(200);
    await add(agent, nuts).expect(200);
    await shop.withdraw(rare);
    expect(quantities(await cartOf(agent))).toEqual([['Nuts', 1]]);
    expect((await add(agent, rare).expect(409)).body).toMatchObject({ code: 'product_unavailable' });
  });

  it('becomes an order and is empty then', async () => {
    const who = userWith('customer');
    await add(shop.agent(who), nuts, 2).expect(200);
    const placed = await shop.post(who, {}).expect(202);
    expect(placed.body).toMatchObject({ order: { items: [{ title: 'Nuts', quantity: 2 }] } });
    expect((await cartOf(shop.agent(who))).items).toEqual([]);
    expect((await shop.post(who, {}).expect(400)).body).toMatchObject({ code: 'cart_empty' });
  });

  it('locks its items in the order of their products, so that two that change them never wait for each other', async () => {
    const who = userWith('customer');
    const [first = '', ...others] = (
      await Promise.all([shop.product(), shop.product(), shop.product()])
    ).sort();
    for (const product of [...others.reverse(), first]) await add(shop.agent(who), product).expect(200);
    const other = await shop.sql.connect();
    const lock = (products: readonly string[]) =>
      other.query(
        'SELECT FROM cart_items WHERE owner = $1 AND product_id = ANY($2::uuid[]) FOR UPDATE NOWAIT',
        [`user:${who.id}`, products],
      );
    const waiting = `SELECT FROM pg_locks WHERE NOT granted`;
    try {
      await other.query('BEGIN');
      await lock([first]);
      const placed = shop.post(who, {}).then(({ status }) => status);
      await waitFor(async () => (await shop.sql.query(waiting)).rowCount === 1, {
        what: 'the order to wait',
      });
      await lock(others);
      await other.query('COMMIT');
      expect(await placed).toBe(202);
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    expect((await cartOf(shop.agent(who))).items).toEqual([]);
  });

  it("tells payments the caller's items, and nobody else", async () => {
    const who = userWith('customer');
    await add(shop.agent(who), nuts, 2).expect(200);
    const asked = await agentAs(shop.orders, { ...who, kind: 'service' })
      .get('/internal/cart')
      .expect(200);
    expect(asked.body).toEqual({ items: [{ productId: nuts, quantity: 2 }] });
    expect((await agentAs(shop.orders, service).get('/internal/cart').expect(200)).body).toEqual({
      items: [],
    });
    await shop.agent(who).get('/internal/cart').expect(403);
  });

  it('refuses what makes no sense', async () => {
    const agent = shop.agent(anonymous);
    await add(agent, plums, 0).expect(400);
    await add(agent, plums, 1000).expect(400);
    await agent.post('/api/cart/items').send({ productId: plums, quantity: 1, price: 1 }).expect(400);
    await add(agent, 'x').expect(400);
  });
});
