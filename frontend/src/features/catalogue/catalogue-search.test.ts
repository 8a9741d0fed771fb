import { isNarrowed, priceBands, readCatalogueSearch, toProductQuery } from './catalogue-search';

it('a rubbish address shows the whole board', () => {
  expect(
    readCatalogueSearch({ page: '0', sort: 'x', price: '1-2', category: '../etc', inStock: 'no', q: '  ' }),
  ).toEqual({});
  expect(readCatalogueSearch({ page: '1.5', q: { a: 1 } })).toEqual({});
});

it('keeps what makes sense and leaves defaults out', () => {
  expect(
    readCatalogueSearch({
      q: ' pear ',
      category: 'garden',
      sort: 'price',
      price: '5-15',
      inStock: 'true',
      page: '3',
    }),
  ).toEqual({
    q: 'pear',
    category: 'garden',
    sort: 'price',
    price: '5-15',
    inStock: true,
    page: 3,
  });
  expect(readCatalogueSearch({ sort: 'newest' })).toEqual({});
  expect(readCatalogueSearch({ q: 'pear', sort: 'relevance' })).toEqual({ q: 'pear' });
});

it('an address cannot ask for endless pages', () => {
  expect(readCatalogueSearch({ page: '99999' })).toEqual({ page: 20 });
});

it('reading an address twice changes nothing', () => {
  const once = readCatalogueSearch({ q: 'pear', sort: '-price', page: '2' });
  expect(readCatalogueSearch({ ...once })).toEqual(once);
});

it('price bands touch without overlap', () => {
  const bounds = priceBands.map((price) => toProductQuery({ price }));
  expect(bounds).toEqual([
    { sort: 'newest', maxPrice: 499 },
    { sort: 'newest', minPrice: 500, maxPrice: 1499 },
    { sort: 'newest', minPrice: 1500, maxPrice: 3999 },
    { sort: 'newest', minPrice: 4000 },
  ]);
});

it('a search is sorted by relevance unless an order is asked for', () => {
  expect(toProductQuery({ q: 'pear' })).toEqual({ q: 'pear', sort: 'relevance' });
  expect(toProductQuery({ q: 'pear', sort: 'price' })).toEqual({ q: 'pear', sort: 'price' });
});

it('knows whether there is anything to take away', () => {
  expect(isNarrowed({ sort: 'price', page: 2 })).toBe(false);
  expect(isNarrowed({ inStock: true })).toBe(true);
});
