import type { DiscountRow } from './discount.repository';
import { refusal } from './discount.rules';

const now = new Date('2026-06-15T12:00:00Z');
const discount = (fields: Partial<DiscountRow> = {}): DiscountRow => ({
  code: 'SUMMER',
  type: 'percent',
  value: 10,
  minimum: null,
  startsAt: null,
  endsAt: null,
  usageLimit: null,
  used: 0,
  ...fields,
});

describe('whether a code can be used', () => {
  test('a code without conditions always can', () => {
    expect(refusal(discount(), { subtotal: 0, now })).toBeUndefined();
  });
  test('an unknown code cannot', () => {
    expect(refusal(undefined, { subtotal: 100, now })).toBe('there is no such code');
  });
  test('the window takes in its start and leaves out its end', () => {
    expect(refusal(discount({ startsAt: now }), { subtotal: 0, now })).toBeUndefined();
    expect(refusal(discount({ startsAt: new Date(now.getTime() + 1) }), { subtotal: 0, now })).toMatch(
      /not hold yet/,
    );
    expect(refusal(discount({ endsAt: now }), { subtotal: 0, now })).toMatch(/no more/);
  });
  test('the minimum is reached by exactly that much', () => {
    expect(refusal(discount({ minimum: 1_000 }), { subtotal: 1_000, now })).toBeUndefined();
    expect(refusal(discount({ minimum: 1_000 }), { subtotal: 999, now })).toMatch(/worth less/);
  });
  test('the last use is the one before the limit', () => {
    expect(refusal(discount({ usageLimit: 2, used: 1 }), { subtotal: 0, now })).toBeUndefined();
    expect(refusal(discount({ usageLimit: 2, used: 2 }), { subtotal: 0, now })).toMatch(/used up/);
  });
});
