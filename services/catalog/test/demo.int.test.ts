import { createHash } from 'node:crypto';
import { openShop, type Shop } from './builders';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ DEMO: 'on' });
});
afterAll(() => shop.close());

interface Row {
  _id: string;
  title: string;
  stock: { available: number };
}
const products = () => shop.db.collection<Row>('products');

describe('the demo catalogue', () => {
  it('is the same in every installation, to the byte', async () => {
    const stored = await products().find().sort({ _id: 1 }).toArray();
    expect(stored).toHaveLength(200);
    expect(createHash('sha256').update(JSON.stringify(stored)).digest('hex')).toBe(
      '49b2eb551fb6ad311b8579392a167fed562cb254edfd106286c2f60da4b5ebfe',
    );
  });

  it('keeps the edits and the stock of what is there, and adds what is missing', async () => {
    const [first, second] = await products().find().sort({ _id: 1 }).limit(2).toArray();
    await products().updateOne({ _id: first!._id }, { $set: { title: 'Edited', 'stock.available': 3 } });
    await products().deleteOne({ _id: second!._id });
    await (await shop.start()).stop();
    expect(await products().findOne({ _id: first!._id })).toMatchObject({
      title: 'Edited',
      stock: { available: 3 },
    });
    expect(await products().findOne({ _id: second!._id })).toEqual(second);
    expect(await products().countDocuments()).toBe(200);
  });
});

it('has no demo product outside demo mode', async () => {
  const real = await openShop();
  try {
    expect(await real.db.collection('products').countDocuments()).toBe(0);
  } finally {
    await real.close();
  }
});
