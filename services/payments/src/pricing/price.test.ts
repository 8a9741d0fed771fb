import fc from 'fast-check';
import { deliveryCountries, euCountries } from '@bramble/contracts/countries';
import { MAX_AMOUNT } from '@bramble/contracts/money';
import { AmountTooLarge, discountOf, priceBasket } from './price';
import { shareOf } from './rounding';
import { shippingPrice, shippingRules } from './shipping';
import { containedTax, DEFAULT_TAX_RATE, taxRateOf, taxRates } from './tax';

const line = fc.record({
  unitPrice: fc.integer({ min: 0, max: 1_000_000 }),
  quantity: fc.integer({ min: 1, max: 999 }),
});
const lines = fc.array(line, { minLength: 1, maxLength: 20 });
const country = fc.option(fc.constantFrom(...Object.keys(taxRates), 'US', 'CH', 'JP'), { nil: undefined });
const reduction = fc.option(
  fc.oneof(
    fc.record({ type: fc.constant('percent' as const), value: fc.integer({ min: 1, max: 100 }) }),
    fc.record({ type: fc.constant('fixed' as const), value: fc.integer({ min: 1, max: 10_000_000 }) }),
  ),
  { nil: undefined },
);

describe('the European Union', () => {
  it('has 27 members, a tax rate for each, and one shipping zone of its own', () => {
    expect(new Set(euCountries).size).toBe(27);
    for (const member of euCountries)
      expect([member, taxRates[member] ?? 0]).toEqual([member, taxRateOf(member)]);
    expect([...(shippingRules[0]?.countries ?? [])]).toEqual([...euCountries]);
  });
});

it('the storefront offers every country that a tax rate or a shipping zone names', () => {
  const named = [
    ...Object.keys(taxRates),
    ...shippingRules.flatMap(({ countries }) => [...(countries ?? [])]),
  ];
  expect(named.filter((code) => !deliveryCountries.some((offered) => offered === code))).toEqual([]);
});

describe('pricing a basket', () => {
  it('totals always add up, stay whole and never go below zero', () => {
    fc.assert(
      fc.property(lines, country, reduction, (basket, to, off) => {
        const totals = priceBasket(basket, { country: to, reduction: off });
        expect(totals.subtotal).toBe(
          basket.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0),
        );
        expect(totals.total).toBe(totals.subtotal - totals.discount + totals.shipping);
        for (const amount of Object.values(totals)) {
          expect(Number.isSafeInteger(amount)).toBe(true);
          expect(amount).toBeGreaterThanOrEqual(0);
        }
        expect(totals.discount).toBeLessThanOrEqual(totals.subtotal);
        expect(totals.tax).toBeLessThanOrEqual(totals.total);
      }),
    );
  });

  it('the tax is the exact share, rounded half up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_AMOUNT }),
        fc.constantFrom(...Object.values(taxRates)),
        (gross, rate) => {
          const doubled = 2n * BigInt(gross) * BigInt(rate);
          const denominator = BigInt(10_000 + rate);
          expect(BigInt(containedTax(gross, rate))).toBe((doubled + denominator) / (2n * denominator));
        },
      ),
    );
  });

  it('the order of the lines does not matter', () => {
    fc.assert(
      fc.property(lines, country, reduction, (basket, to, off) => {
        const options = { country: to, reduction: off };
        expect(priceBasket([...basket].reverse(), options)).toEqual(priceBasket(basket, options));
      }),
    );
  });

  it('a larger discount never makes the goods dearer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 99 }),
        (subtotal, percent) => {
          const less = discountOf(subtotal, { type: 'percent', value: percent });
          expect(discountOf(subtotal, { type: 'percent', value: percent + 1 })).toBeGreaterThanOrEqual(less);
        },
      ),
    );
  });

  it('a German order of 100.00 contains 15.97 of tax', () => {
    expect(priceBasket([{ unitPrice: 10_000, quantity: 1 }], { country: 'DE' })).toEqual({
      subtotal: 10_000,
      discount: 0,
      tax: 1_597,
      shipping: 0,
      total: 10_000,
    });
  });

  it('half a cent of discount is rounded up', () => {
    expect(discountOf(50, { type: 'percent', value: 15 })).toBe(8);
    expect(shareOf(5, 1, 10)).toBe(1);
  });

  it('a fixed discount ends at the subtotal and leaves the shipping to pay', () => {
    const totals = priceBasket([{ unitPrice: 300, quantity: 1 }], {
      reduction: { type: 'fixed', value: 900 },
    });
    expect(totals).toMatchObject({ discount: 300, shipping: 490, total: 490 });
  });

  it('shipping is free from the threshold on, measured after the discount', () => {
    const basket = [{ unitPrice: 2_500, quantity: 2 }];
    expect(priceBasket(basket, { country: 'FR' }).shipping).toBe(0);
    expect(priceBasket(basket, { country: 'FR', reduction: { type: 'fixed', value: 1 } }).shipping).toBe(490);
  });

  it('without an address the default rate and the first zone apply', () => {
    expect(taxRateOf(undefined)).toBe(DEFAULT_TAX_RATE);
    expect(taxRateOf('US')).toBe(DEFAULT_TAX_RATE);
    expect(shippingPrice(undefined, 0)).toBe(shippingRules[0]?.price);
  });

  it('every country has exactly one shipping price', () => {
    expect(shippingPrice('DE', 0)).toBe(490);
    expect(shippingPrice('CH', 0)).toBe(1_290);
    expect(shippingPrice('NZ', 1_000_000)).toBe(1_990);
  });

  it('refuses a basket that is worth more than an amount may hold', () => {
    expect(() => priceBasket([{ unitPrice: MAX_AMOUNT, quantity: 2 }], {})).toThrow(AmountTooLarge);
  });

  it('takes the largest amount there is, and says why more is refused', () => {
    expect(priceBasket([{ unitPrice: MAX_AMOUNT, quantity: 1 }], { country: 'DE' }).total).toBe(MAX_AMOUNT);
    expect(() => priceBasket([{ unitPrice: MAX_AMOUNT + 1, quantity: 1 }], {})).toThrow(
      expect.objectContaining({ name: 'AmountTooLarge', message: expect.stringContaining('worth more') }),
    );
    const half = { unitPrice: MAX_AMOUNT / 2, quantity: 1 };
    expect(() => priceBasket([half, half, { unitPrice: 1, quantity: 1 }], {})).toThrow(AmountTooLarge);
    expect(() => shareOf(Number.MAX_SAFE_INTEGER, 1, 2)).toThrow(
      new RangeError('an amount is too large to be exact'),
    );
  });

  it.each('AD AL BA CH GB IS LI MC MD ME MK NO RS SM UA VA XK'.split(' '))(
    'parcels to %s cost the price of Europe, and nothing from 150.00 on',
    (to) => {
      expect(shippingPrice(to, 14_999)).toBe(1_290);
      expect(shippingPrice(to, 15_000)).toBe(0);
    },
  );

  it.each([
    [undefined, 4_999, 490],
    [undefined, 5_000, 0],
    ['DE', 4_999, 490],
    ['DE', 5_000, 0],
    ['US', 10_000_000, 1_990],
  ])('to %s, goods worth %i are shipped for %i', (to, goods, price) => {
    expect(shippingPrice(to, goods)).toBe(price);
  });

  it('needs a rule for every country', () => {
    expect(() => shippingPrice('US', 0, shippingRules.slice(0, 2))).toThrow('no shipping rule');
    expect(() => shippingPrice(undefined, 0, [])).toThrow('no shipping rule');
    expect(shippingRules.map(({ zone }) => zone)).toEqual(['eu', 'europe', 'world']);
  });
});
