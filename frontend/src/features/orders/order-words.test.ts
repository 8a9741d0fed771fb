import type { Order } from '@bramble/contracts/orders';
import { canCancel, entryName, headlineOf, isDeclined, isSettled, statusNames, stepOf } from './order-words';

const eur = { amount: 0, currency: 'EUR' };
const order = (change: Partial<Order>): Order => ({
  id: 'o',
  number: 'BR-1',
  userId: 'u',
  status: 'PENDING',
  payment: { status: 'none', attempts: 0 },
  items: [],
  totals: { subtotal: eur, discount: eur, tax: eur, shipping: eur, total: eur, refunded: eur },
  shippingAddress: { name: 'R', line1: 'L', city: 'C', postalCode: '1', country: 'DE' },
  timeline: [],
  version: 1,
  createdAt: '2026-11-21T12:00:00.000Z',
  ...change,
});

it.each(Object.keys(statusNames) as Order['status'][])('%s has a headline with words', (status) => {
  const { title, text } = headlineOf(order({ status }));
  expect(title.length).toBeGreaterThan(3);
  expect(text.length).toBeGreaterThan(10);
});

it('a declined card is not the end of an order', () => {
  const declined = order({ status: 'RESERVED', payment: { status: 'declined', attempts: 1 } });
  expect(isDeclined(declined)).toBe(true);
  expect(isSettled(declined)).toBe(false);
  expect(headlineOf(declined).tone).toBe('waiting');
});

it('says why an order failed', () => {
  expect(headlineOf(order({ status: 'FAILED', failureReason: 'out_of_stock' })).text).toMatch(/sold out/);
});

it('a cancelled order is watched until its money is back', () => {
  expect(isSettled(order({ status: 'CANCELLED', payment: { status: 'refunding', attempts: 1 } }))).toBe(
    false,
  );
  expect(isSettled(order({ status: 'CANCELLED', payment: { status: 'refunded', attempts: 1 } }))).toBe(true);
});

it('can be cancelled until it ships', () => {
  expect(canCancel(order({ status: 'PAID' }))).toBe(true);
  expect(canCancel(order({ status: 'SHIPPED' }))).toBe(false);
});

it('an order that ended early has no current step', () => {
  expect(stepOf('PAID')).toBe(2);
  expect(stepOf('CANCELLED')).toBe(-1);
});

it('an unknown timeline entry is made readable', () => {
  expect(entryName('payment.refund_requested')).toBe('Payment refund requested');
});
