import { productBody } from '@bramble/contracts/catalog';
import { auditedFields, newProduct } from './product';

const body = {
  title: 'Quince jelly, 200 g',
  description: 'Cooked today.',
  category: 'larder',
  price: { amount: 500, currency: 'EUR' },
  stock: { available: 10 },
};
const product = newProduct({
  ...body,
  id: '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10',
  sellerId: '0198c5f1-42c9-7d05-9e31-6f7a8b9c0d1e',
  pictures: [{ id: 'jelly', url: '/api/pictures/jelly' }],
  createdAt: new Date('2026-11-24T09:00:00Z'),
});

describe('what the audit log shows of a product', () => {
  it('has its texts, its price, its pictures and what there is to sell', () => {
    const { stock, ...plain } = body;
    expect(auditedFields(product)).toEqual({ ...plain, pictures: ['jelly'], available: stock.available });
  });

  it('has each field that an edit can set', () => {
    const { stock: _stock, ...plain } = productBody.shape;
    expect(Object.keys(auditedFields(product))).toEqual(expect.arrayContaining(Object.keys(plain)));
  });
});
