import type { Filter } from 'mongodb';
import type { DeliveryStatus } from '@bramble/contracts/delivery';
import type { MongoSession } from '@bramble/service-kit/stores/mongo';
import type { DeliveryDocument, Pace } from './delivery.document';

/** The filter of a list: a state or all, after a position. */
export interface DeliveryFilter {
  status: DeliveryStatus | undefined;
  after: { at: Date; id: string } | undefined;
}

/**
 * Deliveries by order id, in the database or in one transaction. In a transaction, reading a delivery and writing it
 * conflicts with every concurrent write of the same delivery.
 */
export function createDeliveryRepository({ db, options }: MongoSession) {
  const deliveries = db.collection<DeliveryDocument>('deliveries');

  async function prepare(): Promise<void> {
    await deliveries.createIndexes([
      { key: { nextStepAt: 1 }, sparse: true },
      { key: { createdAt: -1, _id: -1 } },
      { key: { status: 1, createdAt: -1, _id: -1 } },
      { key: { userId: 1 } },
      { key: { courierId: 1 }, sparse: true },
    ]);
  }

  async function find(orderId: string): Promise<DeliveryDocument | undefined> {
    return (await deliveries.findOne({ _id: orderId }, options)) ?? undefined;
  }

  async function findAll(orderIds: readonly string[]): Promise<Map<string, DeliveryDocument>> {
    const found = await deliveries.find({ _id: { $in: [...orderIds] } }, options).toArray();
    return new Map(found.map((document) => [document._id, document]));
  }

  /**
   * Deliveries whose timer is due, the longest waiting first. A timer further away than one step counts as due: a clock
   * that was ahead, or a longer step, set it.
   */
  function due(now: Date, { stepMs = 0 }: Pace, limit: number): Promise<DeliveryDocument[]> {
    const tooFar = new Date(now.getTime() + stepMs);
    return deliveries
      .find({ $or: [{ nextStepAt: { $lte: now } }, { nextStepAt: { $gt: tooFar } }] }, options)
      .sort({ nextStepAt: 1 })
      .limit(limit)
      .toArray();
  }

  /** Newest first, without tombstones; one more than `limit`, which shows that there is a next page. */
  function list({ status, after }: DeliveryFilter, limit: number): Promise<DeliveryDocument[]> {
    const filter: Filter<DeliveryDocument> = {
      userId: { $exists: true },
      ...(status === undefined ? {} : { status }),
      ...(after === undefined
        ? {}
        : { $or: [{ createdAt: { $lt: after.at } }, { createdAt: after.at, _id: { $lt: after.id } }] }),
    };
    return deliveries
      .find(filter, options)
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
  }

  /** The deliveries to a buyer, or those that a courier brought; the oldest first. */
  function of(person: { userId: string } | { courierId: string }): Promise<DeliveryDocument[]> {
    return deliveries.find(person, options).sort({ createdAt: 1 }).toArray();
  }

  async function save(documents: readonly DeliveryDocument[]): Promise<void> {
    if (documents.length === 0) return;
    await deliveries.bulkWrite(
      documents.map((replacement) => ({
        replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
      })),
      { ...options, ordered: false },
    );
  }

  /** Sets missing timers, when a shop changes to demo mode. */
  async function setMissingTimers(at: Date): Promise<void> {
    await deliveries.updateMany(
      { status: { $in: ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY'] }, nextStepAt: { $exists: false } },
      { $set: { nextStepAt: at } },
      options,
    );
  }

  /**
   * The number of deliveries in each state. Delivered ones are the estimated total minus the others, because counting
   * them would become slower every year.
   */
  async function count(): Promise<Record<DeliveryStatus, number>> {
    const of = (status: DeliveryStatus) => deliveries.countDocuments({ status }, options);
    const [all, PREPARING, SHIPPED, OUT_FOR_DELIVERY, STOPPED] = await Promise.all([
      deliveries.estimatedDocumentCount(),
      of('PREPARING'),
      of('SHIPPED'),
      of('OUT_FOR_DELIVERY'),
      of('STOPPED'),
    ]);
    const DELIVERED = Math.max(0, all - PREPARING - SHIPPED - OUT_FOR_DELIVERY - STOPPED);
    return { PREPARING, SHIPPED, OUT_FOR_DELIVERY, DELIVERED, STOPPED };
  }

  return { prepare, find, findAll, due, list, of, save, setMissingTimers, count };
}
export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;
