import type { ClientSession, Filter } from 'mongodb';
import type { DeliveryStatus } from '@bramble/contracts/delivery';
import type { Mongo } from '@bramble/service-kit/stores/mongo';
import type { DeliveryDocument } from './delivery.document';

/** Deliveries by order. Inside a transaction a read and a later write of the same delivery conflict with every other. */
export function createDeliveryRepository({ db }: Pick<Mongo, 'db'>) {
  const deliveries = db.collection<DeliveryDocument>('deliveries');
  return {
    async prepare(): Promise<void> {
      await deliveries.createIndexes([
        { key: { nextStepAt: 1 }, sparse: true },
        { key: { createdAt: -1, _id: -1 } },
        { key: { status: 1, createdAt: -1, _id: -1 } },
      ]);
    },

    find: async (orderId: string, session?: ClientSession): Promise<DeliveryDocument | undefined> =>
      (await deliveries.findOne({ _id: orderId }, session ? { session } : {})) ?? undefined,

    async findAll(
      orderIds: readonly string[],
      session: ClientSession,
    ): Promise<Map<string, DeliveryDocument>> {
      const found = await deliveries.find({ _id: { $in: [...orderIds] } }, { session }).toArray();
      return new Map(found.map((document) => [document._id, document]));
    },

    /** Deliveries whose timer has run out, the longest waiting first. */
    due: (now: Date, limit: number, session?: ClientSession): Promise<DeliveryDocument[]> =>
      deliveries
        .find({ nextStepAt: { $lte: now } }, session ? { session } : {})
        .sort({ nextStepAt: 1 })
        .limit(limit)
        .toArray(),

    /** Newest first, tombstones left out; one more than `limit` tells that there is another page. */
    list(
      { status, after }: { status: DeliveryStatus | undefined; after: { at: Date; id: string } | undefined },
      limit: number,
    ): Promise<DeliveryDocument[]> {
      const filter: Filter<DeliveryDocument> = {
        userId: { $exists: true },
        ...(status === undefined ? {} : { status }),
        ...(after === undefined
          ? {}
          : { $or: [{ createdAt: { $lt: after.at } }, { createdAt: after.at, _id: { $lt: after.id } }] }),
      };
      return deliveries
        .find(filter)
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
    },

    async save(documents: readonly DeliveryDocument[], session: ClientSession): Promise<void> {
      if (documents.length === 0) return;
      await deliveries.bulkWrite(
        documents.map((replacement) => ({
          replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
        })),
        { session, ordered: false },
      );
    },

    /** Gives a timer to deliveries that have none, for a shop that changes to demo mode. */
    async windUp(at: Date): Promise<void> {
      await deliveries.updateMany(
        { status: { $in: ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY'] }, nextStepAt: { $exists: false } },
        { $set: { nextStepAt: at } },
      );
    },

    /**
     * How many deliveries there are in each state. The delivered ones are what is left of all of them, because counting
     * them would cost more with every year.
     */
    async count(): Promise<Record<DeliveryStatus, number>> {
      const of = (status: DeliveryStatus) => deliveries.countDocuments({ status });
      const [all, PREPARING, SHIPPED, OUT_FOR_DELIVERY, STOPPED] = await Promise.all([
        deliveries.estimatedDocumentCount(),
        of('PREPARING'),
        of('SHIPPED'),
        of('OUT_FOR_DELIVERY'),
        of('STOPPED'),
      ]);
      const DELIVERED = Math.max(0, all - PREPARING - SHIPPED - OUT_FOR_DELIVERY - STOPPED);
      return { PREPARING, SHIPPED, OUT_FOR_DELIVERY, DELIVERED, STOPPED };
    },
  };
}
export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;
