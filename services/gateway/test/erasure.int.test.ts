import { createHash, randomUUID } from 'node:crypto';
import type { Order } from '@bramble/contracts/orders';
import { eventOf } from '@bramble/test-kit/events';
import { publishEvents } from '@bramble/test-kit/publish';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, Browser, signedUp, statusOf } from './browser';
import { PASSWORD } from './shop';
import { openWholeShop, type WholeShop } from './whole-shop';

let shop: WholeShop;
beforeAll(async () => {
  shop = await openWholeShop();
});
afterAll(() => shop.close());

const ADDRESS = { city: 'Bremen', postalCode: '28195', country: 'DE', phone: '+49 421 5550199' };

/** A person of whom every service holds something, and the texts that say who it is. */
async function person() {
  const mark = randomUUID().slice(0, 8);
  const name = `Wilhelmine ${mark}`;
  const street = `${mark} Schlachte`;
  const { browser, email, user } = await signedUp(shop.url, { name, role: 'seller' });
  await browser.put('/api/users/me/profile', { name, phone: ADDRESS.phone, bio: `I am ${name}.` });
  const order = async (productId: string, token: string) =>
    (
      await browser.send(
        'POST',
        '/api/orders',
        {
          items: [{ productId, quantity: 1 }],
          shippingAddress: { ...ADDRESS, name, line1: street },
          paymentMethod: { token },
        },
        { 'idempotency-key': randomUUID() },
      )
    ).body.order as Order;
  return { browser, email, user, name, street, order, texts: [email, name, street, mark] };
}
type Person = Awaited<ReturnType<typeof person>>;

async function offer({ browser, name }: Pick<Person, 'browser' | 'name'>): Promise<string> {
  const { body } = await browser.post('/api/products', {
    title: 'Plum jam',
    description: `Cooked by ${name}.`,
    category: 'larder',
    price: { amount: 500, currency: 'EUR' },
    stock: { available: 10 },
  });
  return body.product.id as string;
}

/** One pixel. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function upload(browser: Browser, productId: string): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([PICTURE], { type: 'image/png' }), 'plum.png');
  const answer = await fetch(new URL(`/api/products/${productId}/picture`, shop.url), {
    method: 'PUT',
    headers: { ...browser.headers, cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') },
    body: form,
  });
  expect(answer.status).toBe(200);
}

const statusIs = (browser: Browser, id: string, wanted: Order['status']) =>
  waitFor(async () => (await browser.get(`/api/orders/${id}`)).body.order as Order, {
    until: ({ status }) => status === wanted,
    what: `the order to be ${wanted}`,
  });
const erase = async ({ browser }: Person) =>
  expect((await browser.delete('/api/users/me', { password: PASSWORD })).status).toBe(204);
const untilGone = (texts: readonly string[], left: readonly string[] = []) =>
  waitFor(() => shop.search(...texts), {
    until: (places) => places.every((place) => left.includes(place)),
    what: `nothing of the person to be left but in ${left.join(', ') || 'no place'}`,
    timeout: 20_000,
  });
const pictures = () => shop.db.catalog.collection('pictures').countDocuments();
/** How Redis names an address that signed in. */
const keyOf = (email: string) => createHash('sha256').update(email).digest('base64url').slice(0, 22);
const other = async () => ({ ...(await signedUp(shop.url, { role: 'seller' })), name: 'Ana Test' });

describe('an erased account', () => {
  it('is gone from every store of every service, and a parcel under way keeps its address until it ends', async () => {
    const stranger = await other();
    const wanted = await offer(stranger);
    const who = await person();
    const goods = await offer(who);
    await upload(who.browser, goods);
    expect(await pictures()).toBe(2);
    await who.browser.post('/api/cart/items', { productId: wanted, quantity: 2 });
    await new Browser(shop.url).post('/api/auth/forgot-password', { email: who.email });
    const done = await who.order(wanted, 'tok_visa');
    const open = await who.order(wanted, 'tok_declined');
    await statusIs(who.browser, done.id, 'COMPLETED');
    expect((await statusIs(who.browser, open.id, 'RESERVED')).shippingAddress.line1).toBe(who.street);
    expect(await shop.search(...who.texts)).toEqual(
      expect.arrayContaining([
        'catalog products',
        'orders idempotency',
        'orders orders',
        'users mail_jobs',
        'users users',
      ]),
    );
    expect(await shop.redis.keys(`*${keyOf(who.email)}*`)).not.toEqual([]);

    await erase(who);

    await untilGone(who.texts, ['orders orders']);
    await waitFor(() => shop.redis.keys(`*${keyOf(who.email)}*`), {
      until: (keys) => keys.length === 0,
      what: 'the addresses that signed in to be forgotten',
    });
    const admin = await adminOf(shop.url);
    const orderOf = async (id: string) => (await admin.get(`/api/orders/${id}`)).body.order as Order;
    expect((await orderOf(open.id)).shippingAddress).toMatchObject({ name: who.name, line1: who.street });
    const seen = (await admin.get(`/api/users/${who.user.id}`)).body.user;
    expect(seen).toMatchObject({ name: 'Erased account', disabled: true, erasedAt: expect.any(String) });
    expect((await admin.get(`/api/users?q=${who.user.id}`)).body.items).toEqual([seen]);
    expect((await admin.patch(`/api/users/${who.user.id}`, { disabled: false })).status).toBe(404);
    expect(await orderOf(open.id)).not.toHaveProperty('buyerErased');
    const kept = await orderOf(done.id);
    expect(kept).toMatchObject({
      number: done.number,
      buyerErased: true,
      totals: { total: done.totals.total },
      userId: who.user.id,
    });
    expect(kept.shippingAddress).toEqual({
      name: '-',
      line1: '-',
      city: '-',
      postalCode: '-',
      country: 'DE',
    });
    expect(await statusOf(stranger.browser, `/api/products/${goods}`)).toBe(404);
    expect(await pictures()).toBe(0);
    const { rows } = await shop.sql.payments.query('SELECT token FROM payment_attempts WHERE user_id = $1', [
      who.user.id,
    ]);
    expect(rows).toEqual([{ token: '' }, { token: '' }]);

    expect((await admin.post(`/api/orders/${open.id}/cancel`)).status).toBe(200);
    await untilGone(who.texts);
    expect((await orderOf(open.id)).shippingAddress.name).toBe('-');
  });

  it('is cleared in a service that was away as soon as that service is back', async () => {
    const stranger = await other();
    const wanted = await offer(stranger);
    const who = await person();
    const goods = await offer(who);
    const { id } = await who.order(wanted, 'tok_visa');
    await statusIs(who.browser, id, 'COMPLETED');
    await shop.stop('orders');
    await shop.stop('catalog');
    await erase(who);
    await waitFor(async () => (await shop.search(...who.texts)).join(), {
      until: (places) => places === 'catalog products,orders idempotency,orders orders',
      what: 'the services that run to be done',
    });
    await shop.start('catalog');
    await shop.start('orders');
    await untilGone(who.texts);
    expect(await statusOf(stranger.browser, `/api/products/${goods}`)).toBe(404);
  });

  it('stays erased when its event arrives twice', async () => {
    const stranger = await other();
    const sold = await offer(stranger);
    const who = await person();
    const goods = await offer(who);
    const { id } = await who.order(sold, 'tok_visa');
    await statusIs(who.browser, id, 'COMPLETED');
    await erase(who);
    await untilGone(who.texts);
    // Catalog copies what was sold to the popularity every two seconds.
    const ofSold = { _id: sold as never, popularity: 1 };
    await waitFor(() => shop.db.catalog.collection('products').countDocuments(ofSold), {
      what: 'the sale to count for the popularity',
    });
    const state = async () => ({
      orders: (await shop.sql.orders.query('SELECT * FROM orders ORDER BY id')).rows,
      attempts: (await shop.sql.payments.query('SELECT * FROM payment_attempts ORDER BY id')).rows,
      products: await shop.db.catalog.collection('products').find().sort({ _id: 1 }).toArray(),
      pictures: await pictures(),
    });
    const before = await state();
    const [first] = await eventsIn(shop.redis, 'users_stream', { keys: [who.user.id] });
    const again = eventOf('user.erased', { userId: who.user.id });
    await publishEvents(shop.redis, ...(first ? [{ ...again, id: first.id }] : []), again);
    await waitFor(() => claimsOf(again.id), {
      until: (claims) => claims.join() === 'catalog,orders,payments',
      what: 'every service to have handled the repeated event',
    });
    expect(await state()).toEqual(before);
    const deleted = await eventsIn(shop.redis, 'catalog_stream', {
      keys: [goods],
      type: 'product.deleted',
    });
    expect(deleted).toHaveLength(1);
    expect(await statusOf(stranger.browser, `/api/products/${sold}`)).toBe(200);
  });

  it('that an earlier release erased without an event gets its event later', async () => {
    const stranger = await other();
    const wanted = await offer(stranger);
    const who = await person();
    const { id } = await who.order(wanted, 'tok_visa');
    await statusIs(who.browser, id, 'COMPLETED');
    await shop.sql.users.query(
      `UPDATE users SET email = id || '@erased.invalid', name = '', profile = '{}', disabled = true, erased_at = now()
       WHERE id = $1`,
      [who.user.id],
    );
    await untilGone(who.texts, ['users mail_jobs']);
  });
});

/** The services whose inbox holds an event. */
async function claimsOf(eventId: string): Promise<string[]> {
  const inSql = await Promise.all(
    [shop.sql.orders, shop.sql.payments].map((pool) =>
      pool.query<{ consumer: string }>('SELECT consumer FROM inbox WHERE event_id = $1', [eventId]),
    ),
  );
  const inCatalog = await shop.db.catalog
    .collection<{ _id: string }>('inbox')
    .countDocuments({ _id: `catalog:${eventId}` });
  return [
    ...inSql.flatMap(({ rows }) => rows.map(({ consumer }) => consumer)),
    ...(inCatalog > 0 ? ['catalog'] : []),
  ].sort();
}
