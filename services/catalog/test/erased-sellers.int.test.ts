import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { Product } from '@bramble/contracts/catalog';
import { anonymous, type TestActor, userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { collectionsOf } from '../src/db';
import { draft, openShop, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const offerAs = (who: TestActor) =>
  shop
    .as(who)
    .post('/api/products')
    .send(draft({ title: 'Ghost' }));
const isLive = async (id: string) =>
  (await collectionsOf(shop.db).products.findOne({ _id: id }))?.live === true;

async function offer(who: TestActor): Promise<Product> {
  const { body } = await offerAs(who).expect(201);
  return (body as { product: Product }).product;
}
/** Erases a seller, and waits until the catalogue has withdrawn the seller's product. */
async function erase(who: TestActor, { id }: Product): Promise<void> {
  await shop.publish(eventOf('user.erased', { userId: who.id ?? '' }));
  await waitFor(async () => !(await isLive(id)), { what: 'the goods of the seller to be withdrawn' });
}
/** A seller whose erasure the catalogue has handled, with the product that was withdrawn. */
async function erasedSeller() {
  const who = userWith('seller');
  const product = await offer(who);
  await erase(who, product);
  return { who, product };
}

describe('an erased seller', () => {
  // The gateway checks the session when a request begins; the body may end after the erasure.
  it('offers no product by a request that was under way at the erasure', async () => {
    const { who } = await erasedSeller();
    const { body } = await offerAs(who).expect(401);
    expect(body).toMatchObject({ code: 'unauthenticated' });
    const ofSeller = { sellerId: who.id ?? '', live: true };
    expect(await collectionsOf(shop.db).products.countDocuments(ofSeller)).toBe(0);
  });

  it('changes no product, and leaves those of others alone', async () => {
    const { who, product } = await erasedSeller();
    const change = shop.as(who).patch(`/api/products/${product.id}`).set('if-match', '"1"');
    await change.send({ title: 'Ghost again' }).expect(404);
    const { id } = await offer(shop.seller);
    await shop.as(anonymous).get(`/api/products/${id}`).expect(200);
  });

  // A transaction that began before the erasure was committed does not see it, and may commit after it.
  it('has a product withdrawn that was committed just after the erasure', async () => {
    const { who, product } = await erasedSeller();
    const { products } = collectionsOf(shop.db);
    const withdrawn = await products.findOne({ _id: product.id });
    if (!withdrawn) throw new Error('the withdrawn product stays as a document');
    const late = { ...withdrawn, _id: randomUUID(), title: `by ${who.id}`, live: true, deletedAt: null };
    await products.insertOne(late);
    await waitFor(async () => !(await isLive(late._id)), { what: 'the second pass', timeout: 30_000 });
    expect(await products.findOne({ _id: late._id })).toMatchObject({ title: 'Withdrawn', words: [] });
    const deletion = { keys: [late._id], type: 'product.deleted' as const };
    await waitFor(() => eventsIn(shop.redis, 'catalog_stream', deletion), {
      until: ({ length }) => length === 1,
      what: 'the deletion to be published',
    });
  }, 60_000);

  it('leaves no picture by an upload that was under way at the erasure', async () => {
    const { pictures, products } = collectionsOf(shop.db);
    const who = userWith('seller');
    const product = await offer(who);
    const before = await pictures.countDocuments();
    const upload = () =>
      shop
        .as(who)
        .put(`/api/products/${product.id}/picture`)
        .set('content-type', 'multipart/form-data; boundary=x');
    const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n';
    const underWay = [upload(), upload()];
    for (const each of underWay) each.write(head);
    // An account has two uploads at a time: a third is refused once catalog has found the product for both.
    await waitFor(() => upload().send('--x--\r\n'), { until: ({ status }) => status === 429 });
    await erase(who, product);
    const background = { r: 1, g: 2, b: 3 };
    const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background } })
      .png()
      .toBuffer();
    for (const each of underWay) {
      each.write(picture);
      each.write('\r\n--x--\r\n');
    }
    await Promise.all(underWay.map((each) => each.expect(404)));
    expect(await pictures.countDocuments()).toBe(before);
    expect(await products.findOne({ _id: product.id })).toMatchObject({ pictures: [] });
  });
});
