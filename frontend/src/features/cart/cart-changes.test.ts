import type { Cart } from '@bramble/contracts/cart';
import {
  applyChanges,
  type CartChanges,
  countOf,
  mergeChanges,
  parseChanges,
  withAddition,
  withoutChange,
  withQuantity,
} from './cart-changes';

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

it('an empty basket and no changes are an empty basket', () => {
  expect(applyChanges(undefined, {})).toEqual([]);
});

it('adding to a line shows both, priced by the shop’s price', () => {
  const changes = withAddition({}, { ...pears, unitPrice: eur(1) }, 2, key);
  expect(applyChanges(cart(line(pears, 1)), changes)).toMatchObject([
    { productId: 'pears', quantity: 3, lineTotal: eur(1140), pending: true },
  ]);
});

it('twenty presses are one change with one key', () => {
  let changes: CartChanges = {};
  for (let press = 0; press < 20; press++) changes = withAddition(changes, pears, 1, key);
  expect(Object.values(changes)).toHaveLength(1);
  expect(changes['pears']!.add).toBe(20);
});

it('choosing a quantity forgets what was added before, adding after it counts', () => {
  let changes = withAddition({}, pears, 5, key);
  changes = withQuantity(changes, pears, 2, key);
  changes = withAddition(changes, pears, 1, key);
  expect(countOf(applyChanges(cart(line(pears, 7)), changes))).toBe(3);
});

it('choosing none takes the line out and leaves the others', () => {
  const changes = withQuantity({}, pears, 0, key);
  expect(
    applyChanges(cart(line(pears, 2), line(bread, 1)), changes).map(({ productId }) => productId),
  ).toEqual(['bread']);
});

it('what is being sent and what was wished since lie on top of each other', () => {
  const sending = withAddition({}, pears, 1, key);
  const later = withAddition({}, pears, 2, key);
  expect(countOf(applyChanges(cart(line(pears, 1)), sending, later))).toBe(4);
});

it('a failed sending and a later change go together next time', () => {
  const [sent] = Object.values(withAddition({}, pears, 1, key));
  const added = withAddition({}, pears, 2, key)['pears'];
  const chosen = withQuantity({}, pears, 4, key)['pears'];
  expect(mergeChanges(sent!, undefined)).toBe(sent);
  expect(mergeChanges(sent!, added)).toMatchObject({ add: 3, key: sent!.key });
  expect(mergeChanges(sent!, chosen)).toBe(chosen);
});

it('a quantity never leaves what the shop takes', () => {
  expect(countOf(applyChanges(undefined, withAddition({}, pears, 5_000, key)))).toBe(999);
});

it('changes survive a reload, rubbish does not become one', () => {
  const changes = withAddition({}, pears, 1, key);
  expect(parseChanges(JSON.stringify(changes))).toEqual(changes);
  expect(parseChanges(null)).toEqual({});
  expect(parseChanges('{"a":{"add":"x"}}')).toEqual({});
  expect(parseChanges('not json')).toEqual({});
});

it('taking a change away leaves the rest', () => {
  const changes = withAddition(withAddition({}, pears, 1, key), bread, 1, key);
  expect(Object.keys(withoutChange(changes, 'pears'))).toEqual(['bread']);
});
