import type { Mongo } from '@bramble/service-kit/mongo';
import type { Collections } from '../db';

/** What a check of the ledgers found, read from one snapshot. */
export interface StockFigures {
  stockDrift: number;
  reservedDrift: number;
  live: number;
  overdue: number;
  products: { ok: number; low: number; out: number };
}

/** A product with fewer is shown as running low. */
const LOW = 5;

const sumWhen = (condition: object) => ({ $sum: { $cond: [condition, 1, 0] } });

export function createStockFiguresRepository(mongo: Mongo, { products, reservations }: Collections) {
  /** Σ |initial + refilled − removed − available − reserved − sold|, and Σ |reserved − what live reservations hold|. */
  return {
    read: (): Promise<StockFigures> =>
      mongo.transaction(async (session) => {
        const held = await reservations
          .aggregate<{ _id: string; quantity: number }>(
            [
              { $match: { state: 'live' } },
              { $unwind: '$lines' },
              { $group: { _id: '$lines.productId', quantity: { $sum: '$lines.quantity' } } },
            ],
            { session },
          )
          .toArray();
        const heldOf = new Map(held.map(({ _id, quantity }) => [_id, quantity]));
        const figures: StockFigures = {
          stockDrift: 0,
          reservedDrift: 0,
          products: { ok: 0, low: 0, out: 0 },
          ...(await counts(session)),
        };
        const projection = { stock: 1, deletedAt: 1 };
        for await (const { _id, stock, deletedAt } of products.find({}, { session, projection })) {
          const { initial, refilled, removed, available, reserved, sold } = stock;
          figures.stockDrift += Math.abs(initial + refilled - removed - available - reserved - sold);
          figures.reservedDrift += Math.abs(reserved - (heldOf.get(_id) ?? 0));
          heldOf.delete(_id);
          if (deletedAt === null) {
            figures.products[available === 0 ? 'out' : available < LOW ? 'low' : 'ok'] += 1;
          }
        }
        for (const orphan of heldOf.values()) figures.reservedDrift += orphan;
        return figures;
      }),
  };

  async function counts(session: NonNullable<Parameters<typeof reservations.aggregate>[1]>['session']) {
    const [found] = await reservations
      .aggregate<{ live: number; overdue: number }>(
        [
          { $match: { state: 'live' } },
          {
            $group: { _id: null, live: { $sum: 1 }, overdue: sumWhen({ $lt: ['$expiresAt', '$$NOW'] }) },
          },
        ],
        session ? { session } : {},
      )
      .toArray();
    return { live: found?.live ?? 0, overdue: found?.overdue ?? 0 };
  }
}
export type StockFiguresRepository = ReturnType<typeof createStockFiguresRepository>;
