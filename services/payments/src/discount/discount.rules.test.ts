import fc from 'fast-check';
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
  madeInDemo: false,
  ...fields,
});

describe('whether a code can be used', () => {
  it('a code without conditions always can', () => {
    expect(refusal(discount(), { subtotal: 0, now })).toBeUndefined();
  });
  it('an unknown code cannot', () => {
    expect(refusal(undefined, { subtotal: 100, now })).toBe('there is no such code');
  });
  it('the window takes in its start and leaves out its end', () => {
    expect(refusal(discount({ startsAt: now }), { subtotal: 0, now })).toBeUndefined();
    expect(refusal(discount({ startsAt: new Date(now.getTime() + 1) }), { subtotal: 0, now })).toMatch(
      /not hold yet/,
    );
    expect(refusal(discount({ endsAt: now }), { subtotal: 0, now })).toMatch(/no more/);
  });
  it('the minimum is reached by exactly that much', () => {
    expect(refusal(discount({ minimum: 1_000 }), { subtotal: 1_000, now })).toBeUndefined();
    expect(refusal(discount({ minimum: 1_000 }), { subtotal: 999, now })).toMatch(/worth less/);
  });
  it('the last use is the one before the limit', () => {
    expect(refusal(discount({ usageLimit: 2, used: 1 }), { subtotal: 0, now })).toBeUndefined();
    expect(refusal(discount({ usageLimit: 2, used: 2 }), { subtotal: 0, now })).toMatch(/used up/);
  });
});

describe('any code on any basket', () => {
  const moment = fc.date({
    min: new Date('2026-01-01T00:00:00Z'),
    max: new Date('2027-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const amount = fc.integer({ min: 0, max: 100_000 });
  const anyDiscount = fc
    .record({
      minimum: maybe(amount),
      startsAt: maybe(moment),
      endsAt: maybe(moment),
      usageLimit: maybe(fc.integer({ min: 1, max: 20 })),
      used: fc.integer({ min: 0, max: 20 }),
    })
    .map(discount);
  const use = fc.record({ subtotal: amount, now: moment });

  it('is refused as soon as it is used up, whatever else holds', () => {
    fc.assert(
      fc.property(anyDiscount, use, fc.integer({ min: 0, max: 20 }), (code, basket, more) => {
        const usageLimit = code.usageLimit ?? 1;
        expect(refusal({ ...code, usageLimit, used: usageLimit + more }, basket)).toBeDefined();
      }),
    );
  });

  it('that is accepted is accepted for a dearer basket, and with any of its conditions lifted', () => {
    fc.assert(
      fc.property(anyDiscount, use, amount, (code, basket, more) => {
        fc.pre(refusal(code, basket) === undefined);
        expect(refusal(code, { ...basket, subtotal: basket.subtotal + more })).toBeUndefined();
        for (const condition of ['minimum', 'startsAt', 'endsAt', 'usageLimit'] as const)
          expect(refusal({ ...code, [condition]: null }, basket)).toBeUndefined();
      }),
    );
  });

  it('that is refused stays refused when it is used once more or a condition is added', () => {
    fc.assert(
      fc.property(anyDiscount, anyDiscount, use, (code, other, basket) => {
        fc.pre(refusal(code, basket) !== undefined);
        expect(refusal({ ...code, used: code.used + 1 }, basket)).toBeDefined();
        expect(refusal({ ...code, minimum: code.minimum ?? other.minimum }, basket)).toBeDefined();
        expect(refusal({ ...code, endsAt: code.endsAt ?? other.endsAt }, basket)).toBeDefined();
      }),
    );
  });
});
