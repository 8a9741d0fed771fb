import { arrangementOf, hueOf, isArt } from './plate';

it.each([
  ['Farmhouse Sourdough, 1 kg', 'single'],
  ['Baguette de Tradition, 2 pieces', 'pair'],
  ['Knitted Wool Socks, 2 pairs', 'pair'],
  ['Butter Croissants, 6 pieces', 'crate'],
  ['Wax Crayons, 24 colours', 'crate'],
  ['Watercolour Box, 14 half pans', 'single'],
  ['Whole Milk in Glass, 1 litre', 'single'],
  ['Tulips, a dozen', 'crate'],
] as const)('%s lies as a %s', (title, arrangement) => {
  expect(arrangementOf(title)).toBe(arrangement);
});

it('a category has one of the six hues, always the same', () => {
  for (const category of ['bakery', 'something-new', 'another-stall', '']) {
    expect([12, 55, 98, 145, 205, 275]).toContain(hueOf(category));
    expect(hueOf(category)).toBe(hueOf(category));
  }
});

it('tells drawn art from photographs', () => {
  expect(isArt('/art/pear.svg')).toBe(true);
  expect(isArt('/api/pictures/0190')).toBe(false);
});
