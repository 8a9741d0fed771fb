import { demoProductId } from '@bramble/contracts/demo';
import * as fc from 'fast-check';
import {
  adjustAvailable,
  applyStockEvents,
  ledgerDrift,
  mergeLines,
  PaidWithoutStock,
  type Reservation,
  type StockCommand,
  type StockedProduct,
} from './stock.ledger';

const uuid = (n: number) => `01900000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;
const expiresAt = '2030-01-01T00:10:00.000Z';
let sequence = 0;

function envelope(orderId: string) {
  sequence += 1;
  const id = uuid(1_000_000 + sequence);
  const occurredAt = '2030-01-01T00:00:00.000Z';
  return { id, version: 1, occurredAt, key: orderId, correlationId: 'test', traceparent: '' };
}

type Lines = [product: number, quantity: number][];
const itemsOf = (lines: Lines) =>
  lines.map(([product, quantity]) => ({ productId: demoProductId(product), quantity }));

const placed = (order: number, lines: Lines): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.placed',
  payload: { orderId: uuid(order), userId: uuid(0), number: 'N', items: itemsOf(lines), expiresAt },
});
const paid = (order: number, lines: Lines): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.paid',
  payload: {
    orderId: uuid(order),
    userId: uuid(0),
    number: 'N',
    lines: itemsOf(lines).map((item) => ({
      ...item,
      sellerId: uuid(0),
      title: 'Jam',
      unitPrice: { amount: 1, currency: 'EUR' },
      lineTotal: { amount: item.quantity, currency: 'EUR' },
    })),
    total: { amount: 1, currency: 'EUR' },
    shippingAddress: { name: 'R', line1: 'L', city: 'C', postalCode: '1', country: 'DE' },
  },
});
const released = (order: number, restock: boolean): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.released',
  payload: { orderId: uuid(order), restock },
});

class World {
  readonly products = new Map<string, StockedProduct>();
  readonly reservations = new Map<string, Reservation>();

  constructor(stocks: number[]) {
    stocks.forEach((available, index) => {
      const id = demoProductId(index + 1);
      const stock = {
        available,
        reserved: 0,
        sold: 0,
        initial: available,
        refilled: 0,
        removed: 0,
        revision: 0,
      };
      this.products.set(id, { id, deleted: false, stock });
    });
  }

  run(...commands: StockCommand[]) {
    const outcome = applyStockEvents(this, commands);
    for (const [id, product] of outcome.products) this.products.set(id, product);
    for (const [id, reservation] of outcome.reservations) this.reservations.set(id, reservation);
    return outcome.answers.map(({ type, payload }) => ({ type, ...payload }));
  }

  stock(product: number) {
    const { available, reserved, sold } = this.products.get(demoProductId(product))!.stock;
    return [available, reserved, sold];
  }

  expectSound() {
    const reserved = new Map<string, number>();
    for (const reservation of this.reservations.values()) {
      if (reservation.state !== 'live') continue;
      for (const { productId, quantity } of reservation.lines) {
        reserved.set(productId, (reserved.get(productId) ?? 0) + quantity);
      }
    }
    for (const { id, stock } of this.products.values()) {
      expect(ledgerDrift(stock)).toBe(0);
      expect(Math.min(...Object.values(stock))).toBeGreaterThanOrEqual(0);
      expect(stock.reserved).toBe(reserved.get(id) ?? 0);
    }
  }
}

describe('the stock ledger', () => {
  it('reserves all lines of an order or none', () => {
    const world = new World([5, 1]);
    expect(
      world.run(
        placed(1, [
          [1, 2],
          [2, 2],
        ]),
      ),
    ).toEqual([
      { type: 'stock.rejected', orderId: uuid(1), reason: 'out_of_stock', productIds: [demoProductId(2)] },
    ]);
    expect(world.stock(1)).toEqual([5, 0, 0]);
    expect(
      world.run(
        placed(2, [
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toEqual([{ type: 'stock.reserved', orderId: uuid(2), expiresAt }]);
    expect([world.stock(1), world.stock(2)]).toEqual([
      [3, 2, 0],
      [0, 1, 0],
    ]);
  });

  it('merges lines of the same product before it looks at the stock', () => {
    const world = new World([3]);
    expect(
      world.run(
        placed(1, [
          [1, 2],
          [1, 2],
        ]),
      )[0],
    ).toMatchObject({ type: 'stock.rejected' });
    expect(
      world.run(
        placed(2, [
          [1, 2],
          [1, 1],
        ]),
      )[0],
    ).toMatchObject({ type: 'stock.reserved' });
    expect(
      mergeLines(
        itemsOf([
          [2, 1],
          [1, 1],
          [2, 3],
        ]),
      ),
    ).toEqual(
      itemsOf([
        [1, 1],
        [2, 4],
      ]),
    );
  });

  it('gives the last unit to the first of two buyers in one batch', () => {
    const world = new World([1]);
    const answers = world.run(placed(1, [[1, 1]]), placed(2, [[1, 1]]));
    expect(answers.map((answer) => answer.type)).toEqual(['stock.reserved', 'stock.rejected']);
  });

  it('sells what was reserved once it is paid', () => {
    const world = new World([5]);
    const answers = world.run(placed(1, [[1, 2]]), paid(1, [[1, 2]]), paid(1, [[1, 2]]));
    expect(answers.map((answer) => answer.type)).toEqual([
      'stock.reserved',
      'stock.committed',
      'stock.committed',
    ]);
    expect(world.stock(1)).toEqual([3, 0, 2]);
  });

  it('frees a live reservation whether or not a restock is asked for', () => {
    const world = new World([5]);
    expect(world.run(placed(1, [[1, 2]]), released(1, false))[1]).toEqual({
      type: 'stock.released',
      orderId: uuid(1),
      restocked: true,
    });
    expect(world.stock(1)).toEqual([5, 0, 0]);
  });

  it.each([
    [true, [5, 0, 0]],
    [false, [3, 0, 2]],
  ])('puts sold goods back when restock is %s', (restock, stock) => {
    const world = new World([5]);
    world.run(placed(1, [[1, 2]]), paid(1, [[1, 2]]));
    const again = { type: 'stock.released', orderId: uuid(1), restocked: restock };
    expect(world.run(released(1, restock), released(1, restock))).toEqual([again, again]);
    expect(world.stock(1)).toEqual(stock);
  });

  it('refuses an order that was released before it was placed', () => {
    const world = new World([5]);
    const answers = world.run(released(1, true), placed(1, [[1, 2]]), paid(1, [[1, 2]]));
    const released1 = { type: 'stock.released', orderId: uuid(1), restocked: false };
    expect(answers).toEqual([released1, released1, released1]);
    expect(world.stock(1)).toEqual([5, 0, 0]);
  });

  it('refuses deleted and unknown products by name, and still settles what was reserved of them', () => {
    const world = new World([5, 5]);
    world.run(placed(1, [[1, 2]]));
    world.products.set(demoProductId(1), { ...world.products.get(demoProductId(1))!, deleted: true });
    expect(
      world.run(
        placed(2, [
          [1, 1],
          [2, 1],
          [9, 1],
        ]),
      ),
    ).toEqual([
      {
        type: 'stock.rejected',
        orderId: uuid(2),
        reason: 'product_unavailable',
        productIds: [demoProductId(1), demoProductId(9)],
      },
    ]);
    expect(world.run(paid(1, [[1, 2]]))[0]).toMatchObject({ type: 'stock.committed' });
    expect(world.stock(1)).toEqual([3, 0, 2]);
  });

  it('sells to a paid order whose reservation is not there, and never in silence fails to', () => {
    const world = new World([2]);
    expect(world.run(paid(1, [[1, 2]]), placed(1, [[1, 2]])).map((answer) => answer.type)).toEqual([
      'stock.committed',
      'stock.reserved',
    ]);
    expect(world.stock(1)).toEqual([0, 0, 2]);
    expect(() => world.run(paid(2, [[1, 1]]))).toThrow(PaidWithoutStock);
  });

  it('writes an adjustment into what was refilled or removed', () => {
    const stock = new World([5]).products.get(demoProductId(1))!.stock;
    expect(adjustAvailable(stock, 9)).toMatchObject({ available: 9, refilled: 4, removed: 0, revision: 1 });
    expect(adjustAvailable(stock, 2)).toMatchObject({ available: 2, refilled: 0, removed: 3, revision: 1 });
    expect(adjustAvailable(stock, 5)).toBe(stock);
  });
});

describe('the stock ledger, whatever comes', () => {
  const order = fc.integer({ min: 1, max: 6 });
  const lines: fc.Arbitrary<Lines> = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    { minLength: 1, maxLength: 4 },
  );
  const command = fc.oneof(
    fc.tuple(order, lines).map(([id, of]) => placed(id, of)),
    fc.tuple(order, lines).map(([id, of]) => paid(id, of)),
    fc.tuple(order, fc.boolean()).map(([id, restock]) => released(id, restock)),
  );
  const stocks = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 3, maxLength: 3 });
  const batches = fc.array(fc.array(command, { maxLength: 8 }), { maxLength: 6 });

  /** As the consumer does it: a batch that throws is split until the command that cannot be done stands alone. */
  function deliver(world: World, batch: StockCommand[]): void {
    try {
      world.run(...batch);
    } catch (error) {
      if (!(error instanceof PaidWithoutStock)) throw error;
      if (batch.length > 1) for (const one of batch) deliver(world, [one]);
    }
  }

  it('keeps the equation, never goes negative, and reserves what live reservations hold', () => {
    fc.assert(
      fc.property(stocks, batches, (available, delivered) => {
        const world = new World(available);
        for (const batch of delivered) {
          deliver(world, batch);
          world.expectSound();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing when everything is delivered again', () => {
    fc.assert(
      fc.property(stocks, fc.array(command, { maxLength: 20 }), (available, commands) => {
        const world = new World(available);
        for (const one of commands) deliver(world, [one]);
        const before = new Map(world.products);
        const answered = commands.filter((one) => world.reservations.has(one.key));
        const answers = world.run(...answered.filter((one) => one.type === 'order.placed'));
        expect(answers).toHaveLength(answered.filter((one) => one.type === 'order.placed').length);
        expect(new Map(world.products)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('ends in the same stock however orders interleave, when there is enough for all', () => {
    const orders = fc.uniqueArray(fc.tuple(order, lines, fc.constantFrom('paid', 'released')), {
      selector: ([id]) => id,
      minLength: 1,
    });
    fc.assert(
      fc.property(orders, fc.func(fc.nat()), (all, shuffle) => {
        const flows = all.map(([id, of, end]) => [
          placed(id, of),
          end === 'paid' ? paid(id, of) : released(id, true),
        ]);
        const inOrder = new World([1000, 1000, 1000, 1000]);
        inOrder.run(...flows.flat());
        const mixed = new World([1000, 1000, 1000, 1000]);
        const shuffled = flows
          .flat()
          .flatMap((one) => [one, { ...one }])
          .sort((a, b) => shuffle(a.id) - shuffle(b.id));
        for (const one of shuffled) mixed.run(one);
        mixed.expectSound();
        for (const id of inOrder.products.keys()) {
          const { revision: _a, ...expected } = inOrder.products.get(id)!.stock;
          const { revision: _b, ...actual } = mixed.products.get(id)!.stock;
          expect(actual).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});
