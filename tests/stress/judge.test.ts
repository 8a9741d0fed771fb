import type { Item, Order } from '@bramble/contracts/orders';
import type { Payment } from '@bramble/contracts/payments';
import type { Attempt } from './attempt';
import { judgeCarts, judgeKeptAnswer, judgeLastPiece, judgeRush, type Rush } from './judge';
import type { Verdict } from './verdict';

const PRICE = 650;
const money = (amount: number) => ({ amount, currency: 'EUR' });
const payment = (type: Payment['type'], amount = PRICE): Payment => ({
  id: 'p',
  type,
  status: 'succeeded',
  amount: money(amount),
  createdAt: '2026-01-01T00:00:00Z',
});
const oneJam: Item[] = [{ productId: 'jam', quantity: 1 }];

/** An order of which the judges read some fields. */
const order = (buyer: number, status: Order['status'], wanted: readonly Item[]): Order =>
  ({
    id: `order ${buyer}`,
    number: `BR-${buyer}`,
    status,
    ...(status === 'FAILED' ? { failureReason: 'out_of_stock' } : {}),
    payment: { status: status === 'COMPLETED' ? 'captured' : 'none', attempts: 1 },
    items: wanted.map((item) => ({ ...item })),
    totals: { total: money(PRICE) },
  }) as Order;
const attempt = (buyer: number, over: Partial<Attempt>): Attempt => ({
  buyer,
  wanted: oneJam,
  sentAt: 0,
  answeredAt: 100,
  answer: 'accepted',
  payments: [],
  ...over,
});
const bought = (buyer: number, wanted = oneJam): Attempt =>
  attempt(buyer, {
    wanted,
    order: order(buyer, 'COMPLETED', wanted),
    payments: [payment('capture')],
  });
const refused = (buyer: number, wanted = oneJam): Attempt =>
  attempt(buyer, { wanted, order: order(buyer, 'FAILED', wanted) });

/** The beginnings of the promises that were broken. */
const broken = (verdicts: readonly Verdict[]): string[] =>
  verdicts.filter(({ kept }) => !kept).map(({ promise }) => promise);
const shelf = (stock: number, available: number, productId = 'jam') => ({ productId, stock, available });

const ANSWER = 'Every buyer gets an answer.';
const AT_ONCE = 'The orders are under way at the same moment.';
const SALES = 'As many orders are completed as there are pieces.';
const REFUSALS = 'All others are told that it is out of stock.';
const LEFT = 'So many pieces are left on sale.';
const PAID = 'Each completed order is paid once, in full.';
const GOODS = 'Nobody pays without getting the goods.';

describe('many buyers for few pieces', () => {
  const judged = (change: Partial<Rush> & { third?: Attempt; first?: Attempt } = {}) =>
    judgeRush({
      attempts: [change.first ?? bought(0), bought(1), change.third ?? refused(2), refused(3)],
      shelf: shelf(2, 0),
      ...change,
    });

  it('keeps every promise when each piece is sold once and the others are refused', () => {
    expect(broken(judged())).toEqual([]);
    const atOnce = attempt(2, { answer: 'out_of_stock' });
    expect(broken(judged({ third: atOnce }))).toEqual([]);
  });

  it('keeps every promise when there are more pieces than buyers', () => {
    expect(broken(judgeRush({ attempts: [bought(0), bought(1)], shelf: shelf(5, 3) }))).toEqual([]);
  });

  it.each<[string, Parameters<typeof judged>[0], string[]]>([
    ['a piece is sold twice', { third: bought(2) }, [SALES, REFUSALS]],
    ['a piece is sold to nobody', { first: refused(0) }, [SALES, REFUSALS]],
    ['stock says that something is left', { shelf: shelf(2, 1) }, [LEFT]],
    ['stock falls below zero', { shelf: shelf(2, -1) }, [LEFT]],
    ['a buyer gets no answer', { third: attempt(2, { answer: 'no answer' }) }, [ANSWER, REFUSALS]],
    [
      'a buyer is turned away for another reason',
      { third: attempt(2, { answer: 'rate_limited' }) },
      [ANSWER, REFUSALS],
    ],
    ['an order never ends', { third: attempt(2, { order: order(2, 'RESERVED', oneJam) }) }, [REFUSALS]],
    ['a refused buyer is charged', { third: { ...refused(2), payments: [payment('capture')] } }, [GOODS]],
    [
      'an order is charged twice',
      { first: { ...bought(0), payments: [payment('capture'), payment('capture')] } },
      [PAID],
    ],
    [
      'an order is charged too little',
      { first: { ...bought(0), payments: [payment('capture', 1)] } },
      [PAID],
    ],
    ['goods are given away', { first: { ...bought(0), payments: [] } }, [PAID]],
  ])('reports it when %s', (_, change, promises) => {
    expect(broken(judged(change))).toEqual(promises);
  });

  it('lets a refused buyer be charged when the money went back', () => {
    const third = { ...refused(2), payments: [payment('capture'), payment('refund')] };
    expect(broken(judged({ third }))).toEqual([]);
  });

  it('reports orders that came one after the other: they prove nothing', () => {
    const attempts = [bought(0), bought(1), refused(2), refused(3)].map((each, n) => ({
      ...each,
      sentAt: n * 100,
      answeredAt: n * 100 + 50,
    }));
    expect(broken(judged({ attempts }))).toEqual([AT_ONCE]);
  });

  it('names the orders that broke a promise', () => {
    const verdict = judged({ third: bought(2) }).find(({ promise }) => promise === SALES);
    expect(verdict).toMatchObject({ wanted: '2', seen: '3' });
    const charged = judged({ third: { ...refused(2), payments: [payment('capture')] } });
    expect(charged.find(({ promise }) => promise === GOODS)?.because).toEqual([
      'buyer 3: order BR-2 is FAILED (out_of_stock), captures: 1',
    ]);
  });
});

describe('the last piece', () => {
  it('counts the rounds that kept each promise, and names the one that did not', () => {
    const good = { attempts: [bought(0), refused(1)], shelf: shelf(1, 0) };
    expect(broken(judgeLastPiece([good, good]))).toEqual([]);
    const twice = { attempts: [bought(0), bought(1)], shelf: shelf(1, 0) };
    const sales = judgeLastPiece([good, twice]).find(({ promise }) => promise === SALES);
    expect(sales).toMatchObject({ wanted: '2', seen: '1', kept: false });
    expect(sales?.because).toContain('round 2: wanted 1, seen 2');
  });
});

describe('carts that share scarce products', () => {
  const both: Item[] = [
    { productId: 'jam', quantity: 2 },
    { productId: 'tea', quantity: 1 },
  ];
  const judged = (first: Attempt, jam = 4, tea = 0) =>
    judgeCarts({
      attempts: [first, refused(1, both), bought(2), bought(3)],
      shelves: [shelf(8, jam), shelf(1, tea, 'tea')],
    });

  it('keeps every promise when each cart is sold wholly or not at all', () => {
    expect(broken(judged(bought(0, both)))).toEqual([]);
  });

  it('reports a cart that is sold in part', () => {
    const part = { ...bought(0, both), order: order(0, 'COMPLETED', oneJam) };
    expect(broken(judged(part, 5, 1))).toEqual([
      'Each cart is sold wholly, or refused as out of stock.',
      'Whoever was refused had something in the cart that is gone.',
    ]);
  });

  it('reports stock that does not add up', () => {
    const promise = 'Of each product, what was sold and what is left make up the stock.';
    expect(broken(judged(bought(0, both), 3))).toEqual([promise]);
    expect(broken(judged(bought(0, both), 4, -1))).toEqual([promise]);
  });

  it('reports a refusal without a cause, and a run without sales or refusals', () => {
    const gone = 'Whoever was refused had something in the cart that is gone.';
    expect(broken(judged(refused(0, both), 6, 1))).toEqual([gone]);
    const allRefused = { attempts: [refused(0), refused(1)], shelves: [shelf(0, 0)] };
    expect(broken(judgeCarts(allRefused))).toEqual(['Some carts are sold.']);
    const allSold = { attempts: [bought(0), bought(1)], shelves: [shelf(2, 0)] };
    expect(broken(judgeCarts(allSold))).toEqual(['Some carts come too late for a scarce product.']);
  });
});

describe('a kept answer', () => {
  const same = [bought(0), bought(0), bought(0)];
  const seen = {
    attempts: same,
    orderIds: ['order 0'],
    shelf: shelf(4, 3),
    otherOrder: 'idempotency_key_reused',
  };

  it('keeps every promise when all answers name the one order', () => {
    expect(broken(judgeKeptAnswer(seen))).toEqual([]);
  });

  it.each<[string, Partial<typeof seen>, string[]]>([
    [
      'two orders are answered',
      { attempts: [bought(0), bought(0), bought(1)] },
      ['All answers name the same order.'],
    ],
    [
      'the buyer has two orders',
      { orderIds: ['order 0', 'order 1'] },
      ['The buyer has one order of the product.'],
    ],
    ['two pieces leave the shelf', { shelf: shelf(4, 2) }, ['The stock falls by one order.']],
    [
      'another body is accepted',
      { otherOrder: 'accepted' },
      ['Another order under the same key is refused.'],
    ],
    [
      'one request gets no order',
      { attempts: [...same.slice(1), attempt(0, { answer: 'in_flight' })] },
      [ANSWER],
    ],
    ['the order fails', { attempts: [refused(0), refused(0)] }, ['The order is completed.']],
  ])('reports it when %s', (_, change, promises) => {
    expect(broken(judgeKeptAnswer({ ...seen, ...change }))).toEqual(promises);
  });
});
