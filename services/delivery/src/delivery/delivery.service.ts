import { z } from 'zod';
import type { Delivery, DeliveryStatus } from '@bramble/contracts/delivery';
import { idSchema, timeSchema, type Page } from '@bramble/contracts/page';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import { newEvent } from '@bramble/service-kit/events/events';
import { isAdmin, type Actor } from '@bramble/service-kit/base/actor';
import { showDelivery, stepped, type DeliveryDocument } from './delivery.document';
import type { DeliveryParts } from './delivery.parts';

const position = z.tuple([timeSchema, idSchema]);
const isStaff = (actor: Actor) => isAdmin(actor) || actor.roles.includes('courier');

export function createDeliveryService({ mongo, deliveries, outbox, pace }: DeliveryParts) {
  return {
    /** The delivery of an order, for its owner, couriers and admins; `not_found` for everybody else. */
    async find(orderId: string, actor: Actor): Promise<DeliveryDocument> {
      const document = await deliveries.find(orderId);
      const owner = document?.userId;
      if (!document || owner === undefined || !(isStaff(actor) || owner === actor.userId))
        throw new AppError('not_found');
      return document;
    },

    async list(query: {
      status?: DeliveryStatus | undefined;
      limit: number;
      cursor?: string | undefined;
    }): Promise<Page<Delivery>> {
      const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, position);
      const after = at !== undefined && id !== undefined ? { at: new Date(at), id } : undefined;
      const rows = await deliveries.list({ status: query.status, after }, query.limit);
      return toPage(rows, query.limit, showDelivery, ({ createdAt, _id }) => [createdAt.toISOString(), _id]);
    },

    /** Takes the next step to `status`; any other is `delivery_step_invalid`. A courier's step makes the parcel theirs. */
    take: (orderId: string, status: DeliveryStatus, actor: Actor): Promise<Delivery> =>
      mongo.transaction(async (session) => {
        const before = await deliveries.find(orderId, session);
        if (!before) throw new AppError('not_found');
        const step = stepped(before, new Date(), pace);
        if (step?.document.status !== status)
          throw new AppError('delivery_step_invalid', {
            detail: `from ${before.status} a delivery goes ${step ? `to ${step.document.status}` : 'nowhere'}`,
          });
        const courier = actor.roles.includes('courier') && actor.userId !== null ? actor.userId : undefined;
        const document = courier === undefined ? step.document : { ...step.document, courierId: courier };
        await deliveries.save([document], session);
        if (step.announcement)
          await outbox.append(session, [newEvent({ type: step.announcement, payload: { orderId } })]);
        return showDelivery(document);
      }),
  };
}
export type DeliveryService = ReturnType<typeof createDeliveryService>;
