import fc from 'fast-check';
import { quantityFor, refillRules } from './refill-rules';

const product = (available: number) => ({
  id: '01900000-0000-7000-9000-000000000001',
  sellerId: '01900000-0000-7000-8000-000000000002',
  category: 'toys',
  stock: { available },
});

describe('a refill rule', () => {
  it('fills up to its level when stock is below its threshold, and not at it', () => {
    const rules = refillRules.parse([{ below: 5, to: 40 }]);
    expect(quantityFor(rules, product(4))).toBe(36);
    expect(quantityFor(rules, product(5))).toBe(0);
    expect(quantityFor(rules, product(0))).toBe(40);
  });

  it('is the first that fits, though a later one would give more', () => {
    const rules = refillRules.parse([
      { product: product(0).id, below: 2, to: 3 },
      { category: 'toys', below: 10, to: 50 },
      { below: 100, to: 100 },
    ]);
    expect(quantityFor(rules, product(1))).toBe(2);
    expect(quantityFor(rules, product(7))).toBe(0);
    expect(quantityFor(rules, { ...product(7), id: '01900000-0000-7000-9000-000000000002' })).toBe(43);
  });

  it('leaves alone what no rule names', () => {
    expect(quantityFor(refillRules.parse([{ category: 'books', below: 5, to: 9 }]), product(0))).toBe(0);
    expect(quantityFor([], product(0))).toBe(0);
  });

  it('never takes stock away, and a second look finds nothing to do', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 500 }), fc.nat(500), (available, below, more) => {
        const rules = refillRules.parse([{ below, to: below + more }]);
        const quantity = quantityFor(rules, product(available));
        expect(quantity).toBeGreaterThanOrEqual(0);
        expect(quantityFor(rules, product(available + quantity))).toBe(0);
      }),
    );
  });

  it('that would drain or is misspelt is refused', () => {
    expect(() => refillRules.parse([{ below: 10, to: 5 }])).toThrow('refills to less');
    expect(() => refillRules.parse([{ below: 10, to: 50, catgory: 'toys' }])).toThrow('catgory');
  });
});
