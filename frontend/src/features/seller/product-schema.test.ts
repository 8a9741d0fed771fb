import { productFormSchema, readAmount, slugOf } from './product-schema';

it('reads prices as people write them', () => {
  expect(readAmount('12', 100)).toBe(1200);
  expect(readAmount('12.5', 100)).toBe(1250);
  expect(readAmount(' 0,99 ', 100)).toBe(99);
  expect(readAmount('800', 1)).toBe(800);
});

it.each(['', '0', '-1', 'free', '1.2.3', '1e9'])('“%s” is no price', (text) => {
  expect(readAmount(text, 100)).toBeUndefined();
});

it('makes a category out of any words', () => {
  expect(slugOf('Fruit & Vegetables')).toBe('fruit-vegetables');
  expect(slugOf('Käse')).toBe('kase');
  expect(slugOf('!!')).toBe('');
});

it('says what is missing, by field', () => {
  const result = productFormSchema.safeParse({
    title: ' ',
    description: '',
    category: '',
    price: 'x',
    available: '',
  });
  expect(result.error?.issues.map(({ path }) => path[0]).sort()).toEqual([
    'available',
    'category',
    'price',
    'title',
  ]);
});
