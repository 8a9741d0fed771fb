import type { Mongo } from '@bramble/service-kit/stores/mongo';
import type { Collections } from '../db';

/** Sums over stock and ledgers, read from one snapshot. */
export interface StockFigures {
  /** Σ |initial + refilled − removed − available − reserved − sold| over products. */
  stockDrift: number;
  /** Σ |reserved − what live reservations hold| over products. */
  reservedDrift: number;
  live: number;
  overdue: number;
  products: { ok: number; low: number; out: number };
}

/** A product with fewer available units counts as low. */
const LOW = 5;

const count = (...conditions: (object | string)[]) => ({ $sum: { $cond: [{ $and: conditions }, 1, 0] } });
const forSale = '$live';
const balance = {
  $subtract: [
    { $add: ['$stock.initial', '$stock.refilled'] },
    { $add: ['$stock.removed', '$stock.available', '$stock.reserved', '$stock.sold'] },
  ],
};

/** Sums over all products, computed by MongoDB, so that the memory needed here does not depend on their number. */
const productFigures = [
  {
    $group: {
      _id: null,
      stockDrift: { $sum: { $abs: balance } },
      ok: count(forSale, { $gte: ['$stock.available', LOW] }),
      low: count(forSale, { $lt: ['$stock.available', LOW] }, { $gt: ['$stock.available', 0] }),
      out: count(forSale, { $lte: ['$stock.available', 0] }),
    },
  },
];
const reservationFigures = [
  { $match: { state: 'live' } },
  { $group: { _id: null, live: { $sum: 1 }, overdue: count({ $lt: ['$expiresAt', '$$NOW'] }) } },
];
const held = [
  { $match: { state: 'live' } },
  { $unwind: '$lines' },
  { $group: { _id: '$lines.productId', quantity: { $sum: '$lines.quantity' } } },
];

export function createStockFiguresRepository(mongo: Mongo, { products, reservations }: Collections) {
  function read(): Promise<StockFigures> {
    return mongo.transaction(async ({ options }) => {
      const [shelf] = await products
        .aggregate<{ stockDrift: number; ok: number; low: number; out: number }>(productFigures, options)
        .toArray();
      const [open] = await reservations
        .aggregate<{ live: number; overdue: number }>(reservationFigures, options)
        .toArray();
      const quantities = await reservations
        .aggregate<{ _id: string; quantity: number }>(held, options)
        .toArray();
      const heldOf = new Map(quantities.map(({ _id, quantity }) => [_id, quantity]));
      const reserved = await products
        .find(
          { $or: [{ 'stock.reserved': { $ne: 0 } }, { _id: { $in: [...heldOf.keys()] } }] },
          { ...options, projection: { 'stock.reserved': 1 } },
        )
        .toArray();
      let reservedDrift = 0;
      for (const { _id, stock } of reserved) {
        reservedDrift += Math.abs(stock.reserved - (heldOf.get(_id) ?? 0));
        heldOf.delete(_id);
      }
      for (const orphan of heldOf.values()) reservedDrift += orphan;
      return {
        stockDrift: shelf?.stockDrift ?? 0,
        reservedDrift,
        live: open?.live ?? 0,
        overdue: open?.overdue ?? 0,
        products: { ok: shelf?.ok ?? 0, low: shelf?.low ?? 0, out: shelf?.out ?? 0 },
      };
    });
  }

  return { read };
}
export type StockFiguresRepository = ReturnType<typeof createStockFiguresRepository>;
