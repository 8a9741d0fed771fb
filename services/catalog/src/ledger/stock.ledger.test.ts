import { demoProductId } from '@bramble/demo/goods';
import { expiresAt, itemsOf, type Lines, paid, placed, released, uuid, World } from '../../test/stock-world';
import {
  adjustAvailable,
  applyStockEvents,
  ledgerDrift,
  mergeLines,
  moveStock,
  PaidWithoutStock,
  type Stock,
  type StockCommand,
} from './stock.ledger';

const outcomesOf = (world: World, ...commands: StockCommand[]) => applyStockEvents(world, commands).outcomes;
const at = (command: StockCommand, occurredAt: string): StockCommand => ({ ...command, occurredAt });

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

  it('frees a live reservation, and takes it for sold when it is not to be restocked, as after a payment', () => {
    const world = new World([5]);
    expect(world.run(placed(1, [[1, 2]]), released(1, true))[1]).toMatchObject({ restocked: true });
    expect(world.stock(1)).toEqual([5, 0, 0]);
    expect(world.run(placed(2, [[1, 2]]), released(2, false))[1]).toEqual({
      type: 'stock.released',
      orderId: uuid(2),
      restocked: false,
    });
    expect(world.stock(1)).toEqual([3, 0, 2]);
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

  it('sells to a paid order whose reservation is not there, and reports it when it cannot', () => {
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

  it.each([true, false])(
    'ends with the same stock when a release overtakes the payment, restock %s',
    (restock) => {
      const lines: Lines = [[1, 2]];
      const ends = [
        [paid(1, lines), released(1, restock)],
        [released(1, restock), paid(1, lines)],
        [released(1, restock), paid(1, lines), placed(1, lines), released(1, restock)],
      ].map((commands) => {
        const world = new World([5]);
        world.run(placed(1, lines));
        for (const command of commands) world.run(command);
        world.expectSound();
        return world.stock(1);
      });
      expect(ends).toEqual(Array(3).fill(restock ? [5, 0, 0] : [3, 0, 2]));
    },
  );

  it('counts how reservations ended, each once', () => {
    const world = new World([5]);
    expect(outcomesOf(world, placed(1, [[1, 9]]), placed(1, [[1, 9]]))).toEqual(['rejected']);
    expect(outcomesOf(world, placed(2, [[1, 1]]), paid(2, [[1, 1]]), paid(2, [[1, 1]]))).toEqual([
      'committed',
    ]);
    const order = placed(3, [[1, 1]]);
    expect(outcomesOf(world, order)).toEqual([]);
    expect(outcomesOf(world, order, released(3, true), released(3, true))).toEqual(['released']);
    expect(outcomesOf(world, order, at(released(3, true), expiresAt))).toEqual(['expired']);
    expect(outcomesOf(world, order, at(released(3, true), '2030-01-01T00:09:59.999Z'))).toEqual(['released']);
    expect(outcomesOf(world, order, paid(3, [[1, 1]]), at(released(3, true), expiresAt))).toEqual([
      'committed',
    ]);
    expect(outcomesOf(world, released(4, true))).toEqual([]);
  });

  it('answers the payment of a rejected order with its rejection, and changes nothing', () => {
    const world = new World([1]);
    const rejection = {
      type: 'stock.rejected',
      orderId: uuid(1),
      reason: 'out_of_stock',
      productIds: [demoProductId(1)],
    };
    expect(world.run(placed(1, [[1, 2]]), paid(1, [[1, 2]]), placed(1, [[1, 2]]))).toEqual([
      rejection,
      rejection,
      rejection,
    ]);
    expect(world.run(released(1, true), placed(1, [[1, 2]]))).toEqual([
      { type: 'stock.released', orderId: uuid(1), restocked: false },
      { type: 'stock.released', orderId: uuid(1), restocked: false },
    ]);
    expect(world.stock(1)).toEqual([1, 0, 0]);
  });

  it('reports the drift of every term of its equation', () => {
    const sound: Stock = {
      available: 4,
      reserved: 2,
      sold: 3,
      initial: 5,
      refilled: 7,
      removed: 3,
      revision: 1,
    };
    expect(ledgerDrift(sound)).toBe(0);
    for (const term of ['available', 'reserved', 'sold', 'initial', 'refilled', 'removed'] as const) {
      expect(ledgerDrift({ ...sound, [term]: sound[term] + 2 })).toBe(2);
      expect(ledgerDrift({ ...sound, [term]: sound[term] - 1 })).toBe(1);
    }
  });

  it('moves stock to zero and not below, and says of which it would be', () => {
    const stock = new World([2]).products.get(demoProductId(1))!.stock;
    expect(moveStock(stock, { available: -2, reserved: 2 })).toMatchObject({ available: 0, reserved: 2 });
    expect(() => moveStock(stock, { available: -3 })).toThrow(
      new RangeError('stock.available would be negative'),
    );
  });

  it('names the paid order that has no stock, and refuses a reservation of a product that is not stored', () => {
    const world = new World([0]);
    expect(() => world.run(paid(7, [[1, 1]]))).toThrow(
      expect.objectContaining({ name: 'PaidWithoutStock', orderId: uuid(7) }),
    );
    const other = new World([5]);
    other.run(placed(1, [[1, 1]]));
    other.products.clear();
    expect(() => other.run(released(1, true))).toThrow('a product that is not stored');
  });

  it('reserves in a payment until its own time, and keeps the lines of what it rejected', () => {
    const world = new World([2]);
    world.run(paid(1, [[1, 2]]), placed(2, [[1, 1]]));
    expect(world.reservations.get(uuid(1))).toMatchObject({ state: 'committed', restocked: false });
    expect(world.reservations.get(uuid(1))?.expiresAt).toBe('2030-01-01T00:00:00.000Z');
    expect(world.reservations.get(uuid(2))).toMatchObject({ state: 'rejected', lines: itemsOf([[1, 1]]) });
    world.run(released(3, true));
    expect(world.reservations.get(uuid(3))).toEqual({
      orderId: uuid(3),
      lines: [],
      expiresAt: '2030-01-01T00:00:00.000Z',
      restocked: false,
      state: 'released',
    });
  });
});
