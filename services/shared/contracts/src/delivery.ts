import { z } from 'zod';
import { operation } from './operation';
import { idSchema, pageOf, pageQuery, timeSchema } from './page';

export const deliveryStatusSchema = z.enum([
  'PREPARING',
  'SHIPPED',
  'OUT_FOR_DELIVERY',
  'DELIVERED',
  'STOPPED',
]);
export type DeliveryStatus = z.infer<typeof deliveryStatusSchema>;

export const deliverySchema = z.object({
  orderId: idSchema,
  status: deliveryStatusSchema,
  courierId: idSchema.optional(),
  estimatedAt: timeSchema.optional(),
  timeline: z.array(z.object({ status: deliveryStatusSchema, at: timeSchema })),
});
export type Delivery = z.infer<typeof deliverySchema>;

const orderParams = z.strictObject({ orderId: idSchema });
const deliveryAnswer = z.object({ delivery: deliverySchema });
const service = 'delivery';
const tag = 'deliveries';
export const deliveryApi = {
  get: operation({
    id: 'getDelivery',
    method: 'get',
    path: '/api/deliveries/:orderId',
    service,
    tag,
    summary: 'Read the delivery of an order',
    description: 'Status, estimated arrival and timeline of a paid order.',
    access: 'user',
    params: orderParams,
    responses: { 200: deliveryAnswer },
  }),
  list: operation({
    id: 'listDeliveries',
    method: 'get',
    path: '/api/deliveries',
    service,
    tag,
    summary: 'List deliveries',
    description: 'For couriers and admins, newest first.',
    access: ['courier', 'admin'],
    query: z.strictObject({ status: deliveryStatusSchema.optional(), ...pageQuery }),
    responses: { 200: pageOf(deliverySchema) },
  }),
  setStatus: operation({
    id: 'setDeliveryStatus',
    method: 'post',
    path: '/api/deliveries/:orderId/status',
    service,
    tag,
    summary: 'Move a delivery to its next step',
    description:
      'A step that does not follow from the present one is 409 `delivery_step_invalid`. The courier who takes the first step has the parcel: for other couriers the next steps are 403 `forbidden`, for admins they are not.',
    access: ['courier', 'admin'],
    params: orderParams,
    body: z.strictObject({ status: deliveryStatusSchema }),
    responses: { 200: deliveryAnswer },
  }),
};
