import type { ClientRequest } from 'node:http';
import sharp from 'sharp';
import type { Product } from '@bramble/contracts/catalog';
import { anonymous, type TestActor, userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { draft, offer, openShop, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const photo = (width: number, height: number, red = 200) =>
  sharp({ create: { width, height, channels: 3, background: { r: red, g: 30, b: 60 } } })
    .withExif({ IFD0: { Artist: 'SECRET NAME' } })
    .jpeg()
    .toBuffer();

const put = (product: Product, bytes: Buffer, who = shop.seller, name = 'file') =>
  shop.as(who).put(`/api/products/${product.id}/picture`).attach(name, bytes, 'photo.jpg');
const fetchPicture = async (path: string) => {
  const { body, headers } = await shop.as(anonymous).get(path).expect(200);
  return { bytes: body as Buffer, headers };
};

describe('a picture', () => {
  it('is scaled down, stripped of its EXIF data, and served with an immutable cache lifetime', async () => {
    const product = await offer(shop);
    const { body } = await put(product, await photo(3000, 1500)).expect(200);
    const [picture] = body.product.pictures;
    expect(body.product.version).toBe(2);
    expect(picture.alt).toBe(product.title);
    const { bytes, headers } = await fetchPicture(picture.url);
    expect(headers['content-type']).toBe('image/webp');
    expect(headers['cache-control']).toContain('immutable');
    const { width, height, format, exif } = await sharp(bytes).metadata();
    expect({ width, height, format, exif }).toEqual({
      width: 1200,
      height: 600,
      format: 'webp',
      exif: undefined,
    });
    const small = await sharp((await fetchPicture(`${picture.url}-s`)).bytes).metadata();
    expect([small.width, small.height]).toEqual([400, 200]);
    await shop.as(anonymous).get(picture.url).set('if-none-match', headers['etag']!).expect(304);
  });

  it('is turned upright as the camera meant it, and never enlarged', async () => {
    const sideways = await sharp({ create: { width: 80, height: 40, channels: 3, background: 'red' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { body } = await put(await offer(shop), sideways).expect(200);
    const { width, height } = await sharp(
      (await fetchPicture(body.product.pictures[0].url)).bytes,
    ).metadata();
    expect([width, height]).toEqual([40, 80]);
  });

  it('gives way to the next one, and is dropped when no product shows it', async () => {
    const [one, other] = [await offer(shop), await offer(shop)];
    const [first, second] = [await photo(50, 50, 10), await photo(50, 50, 250)];
    const shared = (await put(one, first).expect(200)).body.product.pictures[0].url as string;
    await put(other, first).expect(200);
    await put(one, second).expect(200);
    await shop.as(anonymous).get(shared).expect(200);
    await put(other, second).expect(200);
    const id = shared.split('/').at(-1)!;
    await waitFor(
      async () => (await shop.db.collection('pictures').countDocuments({ _id: id as never })) === 0,
    );
  });

  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  const truncated = async () => (await photo(500, 500)).subarray(0, 900);
  const bomb = () =>
    sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: 'white' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
  it.each([
    ['a drawing, which is a program', () => Promise.resolve(svg)],
    ['a text', () => Promise.resolve(Buffer.from('GIF89a but not really'))],
    ['a picture cut off in the middle', truncated],
    ['a small file that unpacks to 243 MB', bomb],
    ['an empty file', () => Promise.resolve(Buffer.alloc(0))],
  ])('refuses %s', async (_what, make) => {
    const { body } = await put(await offer(shop), await make()).expect(422);
    expect(body.code).toBe('picture_invalid');
  });

  it('refuses what is too large, not a form, or has no file', async () => {
    const product = await offer(shop);
    const path = `/api/products/${product.id}/picture`;
    expect((await put(product, Buffer.alloc(5_000_001)).expect(413)).body.code).toBe('body_too_large');
    await shop.as(shop.seller).put(path).send({ file: 'x' }).expect(415);
    expect((await put(product, await photo(9, 9), shop.seller, 'image').expect(400)).body.code).toBe(
      'invalid_input',
    );
    const broken = shop.as(shop.seller).put(path).set('content-type', 'multipart/form-data; boundary=x');
    expect((await broken.send('no form at all').expect(400)).body.code).toBe('invalid_input');
  });

  it('is set by the product’s seller alone', async () => {
    const product = await offer(shop);
    await put(product, await photo(9, 9), userWith('seller')).expect(404);
    await put(product, await photo(9, 9), userWith('customer')).expect(403);
    await put(product, await photo(9, 9), userWith('admin')).expect(200);
  });

  it('is not there under another name', async () => {
    await shop.as(anonymous).get('/api/pictures/nothing').expect(404);
    await shop.as(anonymous).get('/api/pictures/..%2Fetc').expect(404);
  });
});

describe('uploads that stall', () => {
  const pathFor = async (who: TestActor) => {
    const { body } = await shop.as(who).post('/api/products').send(draft()).expect(201);
    return `/api/products/${body.product.id}/picture`;
  };
  /** Sends the headers and the beginning of the body. */
  const stalled = async (address: string, who: TestActor) => {
    const upload: unknown = shop
      .as(who)
      .put(await pathFor(who))
      .set('x-client-address', address)
      .set({ 'content-type': 'multipart/form-data; boundary=x', 'content-length': '1000' });
    // supertest's type lacks the method of superagent that begins a request and leaves its body to the caller.
    const request = (upload as { request: () => ClientRequest }).request();
    const state = { request, ended: false };
    request.on('response', () => (state.ended = true)).on('error', () => (state.ended = true));
    request.write('--x\r\n');
    return state;
  };
  const inHand = async () => {
    const metrics = await (await fetch(`${shop.catalog.opsUrl}/metrics`)).text();
    return Number(/^http_server_active_requests\S* (\d+)/m.exec(metrics)?.[1]);
  };

  it('keep only uploads of their own address waiting', async () => {
    const [one, other] = [userWith('seller'), userWith('seller')];
    const crowd = await Promise.all([one, one, other, other].map((who) => stalled('10.9.0.1', who)));
    try {
      await waitFor(inHand, { until: (count) => count >= crowd.length, what: 'the stalled uploads' });
      const seller = userWith('seller');
      await shop
        .as(seller)
        .put(await pathFor(seller))
        .set('x-client-address', '10.9.0.2')
        .attach('file', await photo(40, 40), 'photo.jpg')
        .expect(200);
      expect(crowd.map(({ ended }) => ended)).toEqual([false, false, false, false]);
    } finally {
      for (const { request } of crowd) request.destroy();
    }
  }, 60_000);
});
