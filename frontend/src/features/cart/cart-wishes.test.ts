import type { Cart } from '@bramble/contracts/cart';
import {
  countOf,
  foresee,
  readWishes,
  together,
  type Wishes,
  wishExactly,
  wishMore,
  without,
} from './cart-wishes';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const pears = { productId: 'pears', title: 'Pears', unitPrice: eur(380) };
const bread = { productId: 'bread', title: 'Bread', unitPrice: eur(420) };
const line = (goods: typeof pears, quantity: number) => ({
  ...goods,
  sellerId: 'seller',
  quantity,
  lineTotal: eur(goods.unitPrice.amount * quantity),
  available: 9,
});
const cart = (...items: ReturnType<typeof line>[]): Cart => ({
  items,
  totals: { subtotal: eur(0), discount: eur(0), tax: eur(0), shipping: eur(0), total: eur(0) },
});
let made = 0;
const key = () => `key-${++made}`;

it('an empty basket and no wishes are an empty basket', () => {
  expect(foresee(undefined, {})).toEqual([]);
});

it('adding to a line shows both, priced by the shop’s price', () => {
  const wishes = wishMore({}, { ...pears, unitPrice: eur(1) }, 2, key);
  expect(foresee(cart(line(pears, 1)), wishes)).toMatchObject([
    { productId: 'pears', quantity: 3, lineTotal: eur(1140), pending: true },
  ]);
});

it('twenty presses are one wish with one key', () => {
  let wishes: Wishes = {};
  for (let press = 0; press < 20; press++) wishes = wishMore(wishes, pears, 1, key);
  expect(Object.values(wishes)).toHaveLength(1);
  expect(wishes['pears']!.add).toBe(20);
});

it('choosing a quantity forgets what was added before, adding after it counts', () => {
  let wishes = wishMore({}, pears, 5, key);
  wishes = wishExactly(wishes, pears, 2, key);
  wishes = wishMore(wishes, pears, 1, key);
  expect(countOf(foresee(cart(line(pears, 7)), wishes))).toBe(3);
});

it('choosing none takes the line out and leaves the others', () => {
  const wishes = wishExactly({}, pears, 0, key);
  expect(foresee(cart(line(pears, 2), line(bread, 1)), wishes).map(({ productId }) => productId)).toEqual([
    'bread',
  ]);
});

it('what is being sent and what was wished since lie on top of each other', () => {
  const sending = wishMore({}, pears, 1, key);
  const later = wishMore({}, pears, 2, key);
  expect(countOf(foresee(cart(line(pears, 1)), sending, later))).toBe(4);
});

it('a failed sending and a later wish go together next time', () => {
  const [sent] = Object.values(wishMore({}, pears, 1, key));
  const added = wishMore({}, pears, 2, key)['pears'];
  const chosen = wishExactly({}, pears, 4, key)['pears'];
  expect(together(sent!, undefined)).toBe(sent);
  expect(together(sent!, added)).toMatchObject({ add: 3, key: sent!.key });
  expect(together(sent!, chosen)).toBe(chosen);
});

it('a quantity never leaves what the shop takes', () => {
  expect(countOf(foresee(undefined, wishMore({}, pears, 5_000, key)))).toBe(999);
});

it('wishes survive a reload, rubbish does not become one', () => {
  const wishes = wishMore({}, pears, 1, key);
  expect(readWishes(JSON.stringify(wishes))).toEqual(wishes);
  expect(readWishes(null)).toEqual({});
  expect(readWishes('{"a":{"add":"x"}}')).toEqual({});
  expect(readWishes('not json')).toEqual({});
});

it('taking a wish away leaves the rest', () => {
  const wishes = wishMore(wishMore({}, pears, 1, key), bread, 1, key);
  expect(Object.keys(without(wishes, 'pears'))).toEqual(['bread']);
});
