import { z } from 'zod';
import type { Delivery, DeliveryStatus } from '@bramble/contracts/delivery';
import type { EventOf } from '@bramble/contracts/events';
import { idSchema, type Page, timeSchema } from '@bramble/contracts/page';
import { type Actor, isAdmin } from '@bramble/service-kit/base/actor';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { EventUnit, UnitStore } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import { onPaid, onReleased } from './delivery.decisions';
import { type DeliveryDocument, type Pace, showDelivery, stepped } from './delivery.document';
import { createDeliveryRepository, type DeliveryRepository } from './delivery.repository';

export type DeliveryUnit = EventUnit<MongoTransaction, EventOf<'order.paid' | 'order.released'>>;

export interface DeliveryDependencies {
  store: UnitStore<MongoTransaction>;
  deliveries: DeliveryRepository;
  pace: Pace;
}

const position = z.tuple([timeSchema, idSchema]);
/** What the audit log shows of a delivery. */
const auditedFields = ({ status, courierId }: DeliveryDocument) => ({ status, courierId });
const isStaff = (actor: Actor) => isAdmin(actor) || actor.roles.includes('courier');

export function createDeliveryService({ store, deliveries, pace }: DeliveryDependencies) {
  /** Applies a batch of order events: loads the deliveries, decides in order, and writes the changes. */
  async function handle(unit: DeliveryUnit): Promise<void> {
    const inTx = createDeliveryRepository(unit.tx);
    const known = await inTx.findAll([...new Set(unit.fresh.map(({ key }) => key))]);
    const changed = new Map<string, DeliveryDocument>();
    const at = new Date();
    for (const event of unit.fresh) {
      const before = known.get(event.payload.orderId);
      const { document, answers } =
        event.type === 'order.paid' ? onPaid(before, event, at, pace) : onReleased(before, event, at, pace);
      unit.publish(answers, event);
      if (document === before) continue;
      known.set(document._id, document);
      changed.set(document._id, document);
    }
    await inTx.save([...changed.values()]);
  }

  /** The delivery of an order, for its owner, couriers and admins; `not_found` for all others. */
  async function find(orderId: string, actor: Actor): Promise<DeliveryDocument> {
    const document = await deliveries.find(orderId);
    const owner = document?.userId;
    if (!document || owner === undefined || !(isStaff(actor) || owner === actor.userId))
      throw new AppError('not_found');
    return document;
  }

  async function list(query: {
    status?: DeliveryStatus | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Delivery>> {
    const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, position);
    const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : undefined;
    const rows = await deliveries.list({ status: query.status, after }, query.limit);
    return toPage(rows, query.limit, showDelivery, ({ createdAt, _id }) => [createdAt.toISOString(), _id]);
  }

  /**
   * Moves a delivery to `status`, which must be its next step, else `delivery_step_invalid`. A courier's step assigns
   * the delivery to that courier; `forbidden` for a courier when another one has it, unless an admin.
   */
  function advance(orderId: string, status: DeliveryStatus, actor: Actor): Promise<Delivery> {
    return store.transaction(async (unit) => {
      const inTx = createDeliveryRepository(unit.tx);
      const before = await inTx.find(orderId);
      if (!before) throw new AppError('not_found');
      const step = stepped(before, new Date(), pace);
      if (step?.document.status !== status)
        throw new AppError('delivery_step_invalid', {
          detail: `from ${before.status} a delivery goes ${step ? `to ${step.document.status}` : 'nowhere'}`,
        });
      if (before.courierId !== undefined && before.courierId !== actor.userId && !isAdmin(actor))
        throw new AppError('forbidden', { detail: 'another courier has this parcel' });
      const courier = actor.roles.includes('courier') && actor.userId !== null ? actor.userId : undefined;
      const document = courier === undefined ? step.document : { ...step.document, courierId: courier };
      await inTx.save([document]);
      unit.record({ target: orderId, before: auditedFields(before), after: auditedFields(document) });
      if (step.announcement) unit.publish([{ type: step.announcement, payload: { orderId } }]);
      return showDelivery(document);
    });
  }

  /** Everything that delivery holds of a person: what came to them, and as a courier what they brought. */
  async function dataOf(userId: string): Promise<Record<string, unknown>> {
    const [received, brought] = await Promise.all([
      deliveries.of({ userId }),
      deliveries.of({ courierId: userId }),
    ]);
    return { deliveries: received.map(showDelivery), courierDeliveries: brought.map(showDelivery) };
  }

  return { handle, find, list, advance, dataOf };
}
export type DeliveryService = ReturnType<typeof createDeliveryService>;
