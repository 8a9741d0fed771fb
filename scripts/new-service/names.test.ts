import { nameFault } from './names';

describe('the name of a new service', () => {
  it('is one word of lower-case letters and digits', () => {
    expect(['unheardof', 'order', 'b2b'].map(nameFault)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['two words', 'gift-cards', '"gift-cards" is no name for a service'],
    ['capitals', 'Unheardof', '"Unheardof" is no name for a service'],
    ['a digit before the letters', '2b', '"2b" is no name for a service'],
    ['a path', '../orders', '"../orders" is no name for a service'],
    ['the name of a service', 'orders', 'The name orders is taken.'],
    ['a service that the chart knows before it exists', 'notifications', 'The name notifications is taken.'],
    ['the name of a store', 'postgres', 'The word postgres is reserved: '],
    ['the name of a part of the contracts', 'money', 'The name money is taken.'],
    ['the folder of shared packages', 'shared', 'The name shared is taken.'],
    ['the folder of a shared package', 'contracts', 'The name contracts is taken.'],
    ['a word of the contract', 'every', 'The word every is reserved: '],
    ['a word of JavaScript', 'delete', 'The word delete is reserved: '],
    ['a database of PostgreSQL', 'template1', 'The word template1 is reserved: '],
    ['an address that is answered', 'products', 'The address /api/products is taken: catalog answers it.'],
  ])('is refused in one sentence for %s', (_what, name, sentence) => {
    expect(nameFault(name)).toContain(sentence);
  });
});
