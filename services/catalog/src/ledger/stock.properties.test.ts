import * as fc from 'fast-check';
import { type Lines, paid, placed, released, World } from '../../test/stock-world';
import { PaidWithoutStock, type StockCommand } from './stock.ledger';

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
