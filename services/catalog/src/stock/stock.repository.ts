import type { Filter, MatchKeysAndValues } from 'mongodb';
import type { MongoSession } from '@bramble/service-kit/stores/mongo';
import { collectionsOf, type ProductDoc, type ReservationDoc } from '../db';
import type {
  Reservation,
  Stock,
  StockCommand,
  StockedProduct,
  StockOutcome,
  StockState,
} from '../ledger/stock.ledger';

/** Stock and its reservations, in the database or in one transaction. `load` and `save` belong in one transaction. */
export function createStockRepository({ db, options }: MongoSession) {
  const { products, reservations } = collectionsOf(db);

  /** Loads the reservations of the commands' orders, and every product that they or the commands name. */
  async function load(commands: readonly StockCommand[]): Promise<StockState> {
    const orderIds = [...new Set(commands.map(({ payload }) => payload.orderId))];
    const known = await reservations.find({ _id: { $in: orderIds } }, options).toArray();
    const productIds = new Set([
      ...commands.flatMap((command) => linesOf(command).map(({ productId }) => productId)),
      ...known.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
    ]);
    const projection = { stock: 1, live: 1 };
    const touched = productIds.size
      ? await products.find({ _id: { $in: [...productIds] } }, { ...options, projection }).toArray()
      : [];
    return {
      reservations: new Map(known.map((doc) => [doc._id, toReservation(doc)])),
      products: new Map(touched.map(({ _id, stock, live }) => [_id, { id: _id, deleted: !live, stock }])),
    };
  }

  async function save(before: StockState, outcome: StockOutcome): Promise<void> {
    await saveProducts(before, [...outcome.products.values()]);
    await saveReservations(before, [...outcome.reservations.values()]);
  }

  /**
   * Filters by id only. The transaction's snapshot turns a concurrent change into a conflict, which repeats the
   * transaction. A further condition would make MongoDB plan each write, which triples its cost.
   */
  async function saveProducts(before: StockState, changed: readonly StockedProduct[]): Promise<void> {
    if (changed.length === 0) return;
    const writes = [...changed]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, stock }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $set: movedFields(before.products.get(id)?.stock, stock) },
        },
      }));
    const { matchedCount } = await products.bulkWrite(writes, options);
    if (matchedCount !== writes.length) throw new Error('a product that was loaded is not there');
  }

  async function saveReservations(before: StockState, changed: readonly Reservation[]): Promise<void> {
    const added = changed.filter(({ orderId }) => !before.reservations.has(orderId));
    const settled = changed.filter(({ orderId }) => before.reservations.has(orderId));
    if (added.length > 0) await reservations.insertMany(added.map(toDoc), options);
    if (settled.length > 0) {
      const writes = settled.map((reservation) => ({
        updateOne: {
          filter: { _id: reservation.orderId },
          update: { $set: { state: reservation.state, restocked: reservation.restocked } },
        },
      }));
      await reservations.bulkWrite(writes, options);
    }
  }

  /** Copies `stock.sold` to `popularity`, the sort key of lists; of all products when no ids are given. */
  async function rank(ids?: readonly string[]): Promise<void> {
    const stale = { $expr: { $ne: ['$popularity', '$stock.sold'] } };
    const filter = ids ? { _id: { $in: [...ids] }, ...stale } : stale;
    await products.updateMany(filter, [{ $set: { popularity: '$stock.sold' } }], options);
  }

  /**
   * Up to `limit` live reservations past their deadline, marked as reminded for the next `pauseMs`, by the database's
   * clock.
   */
  async function markReminded(limit: number, pauseMs: number): Promise<Reservation[]> {
    const due: Filter<ReservationDoc> = {
      state: 'live',
      $expr: {
        $and: [{ $lt: ['$expiresAt', '$$NOW'] }, { $lt: [{ $ifNull: ['$remindAt', new Date(0)] }, '$$NOW'] }],
      },
    };
    const overdue = await reservations.find(due, { ...options, limit, sort: { expiresAt: 1 } }).toArray();
    if (overdue.length === 0) return [];
    const remindAt = { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: pauseMs } };
    await reservations.updateMany(
      { _id: { $in: overdue.map(({ _id }) => _id) }, state: 'live' },
      [{ $set: { remindAt } }],
      options,
    );
    return overdue.map(toReservation);
  }

  return { load, save, rank, markReminded };
}
export type StockRepository = ReturnType<typeof createStockRepository>;

/** Only the changed fields: writing all fields would make MongoDB update every index of the product. */
function movedFields(before: Stock | undefined, after: Stock): MatchKeysAndValues<ProductDoc> {
  const moved = Object.entries(after).filter(([name, value]) => before?.[name as keyof Stock] !== value);
  return Object.fromEntries(moved.map(([name, value]) => [`stock.${name}`, value]));
}

function linesOf(command: StockCommand): readonly { productId: string }[] {
  if (command.type === 'order.placed') return command.payload.items;
  return command.type === 'order.paid' ? command.payload.lines : [];
}

const toReservation = ({
  _id,
  lines,
  state,
  expiresAt,
  restocked,
  rejection,
}: ReservationDoc): Reservation => ({
  orderId: _id,
  lines,
  state,
  expiresAt: expiresAt.toISOString(),
  restocked,
  ...(rejection ? { rejection } : {}),
});

const toDoc = ({ orderId, lines, state, expiresAt, restocked, rejection }: Reservation): ReservationDoc => ({
  _id: orderId,
  lines: [...lines],
  state,
  expiresAt: new Date(expiresAt),
  restocked,
  ...(rejection ? { rejection } : {}),
});
