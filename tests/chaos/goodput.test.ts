import { checkGoodput } from './goodput';
import { type OrderRequest, recordRestore } from './ledger';
import { watchTrouble } from './trouble';

let clock = 0;
const people = { scarceId: 'scarce' };
const trouble = () => watchTrouble(() => clock);

const request = (n: number, more: Partial<OrderRequest> = {}): OrderRequest => ({
  key: `key ${n}`,
  orderId: `order ${n}`,
  buyer: 0,
  lines: [{ productId: 'pear', quantity: 1 }],
  card: 'tok_visa',
  at: 0,
  cancels: false,
  ...more,
});
const ledgerOf = (some: OrderRequest[]) => ({ requests: some, restore: recordRestore() });
const requests = (count: number) => Array.from({ length: count }, (_, n) => request(n));
const ended = (status: string, some: readonly OrderRequest[], reason: string | null = null) =>
  some.map(({ orderId }) => [orderId ?? '', { status, failure_reason: reason }] as const);

beforeEach(() => (clock = 0));

describe('goodput', () => {
  it('fails a shop that ends every order as failed', () => {
    const all = requests(20);
    const { findings, ends } = checkGoodput(
      new Map(ended('FAILED', all, 'payment_expired')),
      ledgerOf(all),
      people,
      trouble(),
    );
    expect(findings[0]?.violations[0]).toBe('0 of 20 orders without an injected cause completed');
    expect(ends.get('no injected cause')?.get('FAILED payment_expired')).toBe(20);
  });

  it('fails a shop that acknowledges nothing', () => {
    const all = requests(20).map(({ orderId: _, ...rest }) => rest);
    const { findings } = checkGoodput(new Map(), ledgerOf(all), people, trouble());
    expect(findings[0]?.violations).toHaveLength(21);
  });

  it('fails a run in which every order met a cause', () => {
    const seen = trouble();
    seen.begin();
    const all = requests(20);
    const { findings } = checkGoodput(new Map(ended('COMPLETED', all)), ledgerOf(all), people, seen);
    expect(findings[0]?.violations).toEqual(['only 0 orders without an injected cause; 10 are needed']);
  });

  it('passes a shop that completes nine of ten orders, and no fewer', () => {
    const all = requests(20);
    const violations = (completed: number) =>
      checkGoodput(
        new Map([
          ...ended('COMPLETED', all.slice(0, completed)),
          ...ended('FAILED', all.slice(completed), 'out_of_stock'),
        ]),
        ledgerOf(all),
        people,
        trouble(),
      ).findings[0]?.violations;
    expect(violations(18)).toEqual([]);
    expect(violations(17)).not.toEqual([]);
  });

  it('fails a shop that refuses everything near a fault, and passes one that completes half of it', () => {
    const quiet = requests(20);
    const near = Array.from({ length: 20 }, (_, n) => request(20 + n, { at: 30_000 }));
    const seen = trouble();
    clock = 30_000;
    seen.begin();
    const violations = (completed: number) =>
      checkGoodput(
        new Map(ended('COMPLETED', [...quiet, ...near.slice(0, completed)])),
        ledgerOf([...quiet, ...near]),
        people,
        seen,
      ).findings.flatMap((finding) => finding.violations);
    expect(violations(0)[0]).toBe('0 of 20 orders near a fault completed');
    expect(violations(9)).not.toEqual([]);
    expect(violations(10)).toEqual([]);
  });

  it('names the cause that an order met', () => {
    const all = [
      request(1, { cancels: true }),
      request(2, { card: 'tok_declined' }),
      request(3, { card: 'tok_timeout' }),
      request(4, { lines: [{ productId: 'scarce', quantity: 1 }] }),
      request(5, { at: 1_000 }),
      request(6, { at: 30_000 }),
    ];
    const seen = trouble();
    clock = 8_999;
    const end = seen.begin();
    clock = 20_000;
    end();
    const { ends } = checkGoodput(new Map(ended('COMPLETED', all)), ledgerOf(all), people, seen);
    expect([...ends.keys()]).toEqual([
      'cancelled by the shopper',
      'declined card',
      'provider without an answer',
      'scarce product',
      'a fault within 8 s',
      'no injected cause',
    ]);
  });
});

it('does not judge an order that a restore may have removed', () => {
  const restore = recordRestore(() => clock);
  restore.backupBegins();
  restore.restoreBegins();
  restore.restoreEnds(new Map(), new Map());
  const all = [request(1, { acknowledgedAt: 0 })];
  const { ends } = checkGoodput(new Map(), { requests: all, restore }, people, trouble());
  expect([...ends.keys()]).toEqual(['under way in the backup that was restored, or placed after it']);
});

describe('trouble', () => {
  it('lasts while the shop is not healthy, and 3 s more', () => {
    const seen = trouble();
    clock = 10;
    seen.observe(false);
    clock = 5_000;
    seen.observe(false);
    expect(seen.within(4_000, 4_500)).toBe(true);
    seen.observe(true);
    expect(seen.within(8_000, 9_000)).toBe(true);
    expect(seen.within(8_001, 9_000)).toBe(false);
    expect(seen.within(0, 9)).toBe(false);
  });
});
