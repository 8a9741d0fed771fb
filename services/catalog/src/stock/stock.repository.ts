import type { AnyEvent } from '@bramble/contracts/events';
import type { Mongo } from '@bramble/service-kit/stores/mongo';
import { freshMongoEvents, type MongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import type { ClientSession, Filter, MatchKeysAndValues } from 'mongodb';
import type { Collections, ReservationDoc } from '../db';
import type { StoredProduct } from '../product/product';
import type {
  Reservation,
  Stock,
  StockCommand,
  StockedProduct,
  StockOutcome,
  StockState,
} from './stock.ledger';

const CONSUMER = 'catalog';

/** What one transaction over stock may do. */
export interface StockUnit {
  /** Those of `events` that have not been handled yet; they count as handled once this transaction commits. */
  fresh(events: readonly AnyEvent[]): Promise<AnyEvent[]>;
  /** The reservations of the commands' orders, and every product that these or the commands name. */
  load(commands: readonly StockCommand[]): Promise<StockState>;
  save(before: StockState, outcome: StockOutcome): Promise<void>;
  publish(events: readonly AnyEvent[]): Promise<void>;
}

interface Dependencies {
  mongo: Mongo;
  outbox: MongoOutbox;
  collections: Collections;
  /** Told for each repetition of a transaction that met another's write. */
  onConflict: () => void;
}

export function createStockRepository({ mongo, outbox, collections, onConflict }: Dependencies) {
  const { products, reservations } = collections;

  const load = async (commands: readonly StockCommand[], session: ClientSession): Promise<StockState> => {
    const orderIds = [...new Set(commands.map(({ payload }) => payload.orderId))];
    const known = await reservations.find({ _id: { $in: orderIds } }, { session }).toArray();
    const productIds = new Set([
      ...commands.flatMap((command) => linesOf(command).map(({ productId }) => productId)),
      ...known.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
    ]);
    const projection = { stock: 1, live: 1 };
    const touched = productIds.size
      ? await products.find({ _id: { $in: [...productIds] } }, { session, projection }).toArray()
      : [];
    return {
      reservations: new Map(known.map((doc) => [doc._id, toReservation(doc)])),
      products: new Map(touched.map(({ _id, stock, live }) => [_id, { id: _id, deleted: !live, stock }])),
    };
  };

  /**
   * By id alone: what was loaded in this transaction cannot have changed under it, since the snapshot makes such a write a
   * conflict that repeats the whole. A further condition would have each write planned, which triples its cost.
   */
  const saveProducts = async (
    before: StockState,
    changed: readonly StockedProduct[],
    session: ClientSession,
  ) => {
    if (changed.length === 0) return;
    const writes = [...changed]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, stock }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $set: movedFields(before.products.get(id)?.stock, stock) },
        },
      }));
    const { matchedCount } = await products.bulkWrite(writes, { session });
    if (matchedCount !== writes.length) throw new Error('a product that was loaded is not there');
  };

  const saveReservations = async (
    before: StockState,
    changed: readonly Reservation[],
    session: ClientSession,
  ) => {
    const added = changed.filter(({ orderId }) => !before.reservations.has(orderId));
    const settled = changed.filter(({ orderId }) => before.reservations.has(orderId));
    if (added.length > 0) await reservations.insertMany(added.map(toDoc), { session });
    if (settled.length > 0) {
      const writes = settled.map((reservation) => ({
        updateOne: {
          filter: { _id: reservation.orderId },
          update: { $set: { state: reservation.state, restocked: reservation.restocked } },
        },
      }));
      await reservations.bulkWrite(writes, { session });
    }
  };

  return {
    transaction<T>(fn: (unit: StockUnit) => Promise<T>): Promise<T> {
      let tries = 0;
      return mongo.transaction((session) => {
        if (tries++ > 0) onConflict();
        return fn({
          fresh: (events) => freshMongoEvents(mongo, session, CONSUMER, events),
          load: (commands) => load(commands, session),
          async save(before, outcome) {
            await saveProducts(before, [...outcome.products.values()], session);
            await saveReservations(before, [...outcome.reservations.values()], session);
          },
          publish: (events) => outbox.append(session, events),
        });
      });
    },

    /** Copies what was sold to the rank by which lists are sorted; of all products when no ids are given. */
    async rank(ids?: readonly string[]): Promise<void> {
      const stale = { $expr: { $ne: ['$popularity', '$stock.sold'] } };
      const which = ids ? { _id: { $in: [...ids] }, ...stale } : stale;
      await products.updateMany(which, [{ $set: { popularity: '$stock.sold' } }]);
    },

    /**
     * Marks live reservations whose time is up, at most `limit`, as reminded for the next `pauseMs`, and gives them
     * to `publish` in the same transaction. Time is the database's.
     */
    remindOverdue: (limit: number, pauseMs: number, toEvent: (reservation: Reservation) => AnyEvent) =>
      mongo.transaction(async (session) => {
        const due: Filter<ReservationDoc> = {
          state: 'live',
          $expr: {
            $and: [
              { $lt: ['$expiresAt', '$$NOW'] },
              { $lt: [{ $ifNull: ['$remindAt', new Date(0)] }, '$$NOW'] },
            ],
          },
        };
        const overdue = await reservations.find(due, { session, limit, sort: { expiresAt: 1 } }).toArray();
        if (overdue.length === 0) return 0;
        const remindAt = { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: pauseMs } };
        await reservations.updateMany(
          { _id: { $in: overdue.map(({ _id }) => _id) }, state: 'live' },
          [{ $set: { remindAt } }],
          { session },
        );
        await outbox.append(
          session,
          overdue.map((doc) => toEvent(toReservation(doc))),
        );
        return overdue.length;
      }),
  };
}
export type StockRepository = ReturnType<typeof createStockRepository>;

/** Only what moved: a write of the whole would have MongoDB compute every index of the product anew. */
function movedFields(before: Stock | undefined, after: Stock): MatchKeysAndValues<StoredProduct> {
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
