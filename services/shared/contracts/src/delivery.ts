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
    method: 'get',
    path: '/api/deliveries/:orderId',
    service,
    tag,
    summary: "An order's delivery",
    access: 'user',
    params: orderParams,
    responses: { 200: deliveryAnswer },
  }),
  list: operation({
    method: 'get',
    path: '/api/deliveries',
    service,
    tag,
    summary: 'Deliveries',
    access: ['courier', 'admin'],
    query: z.strictObject({ status: deliveryStatusSchema.optional(), ...pageQuery }),
    responses: { 200: pageOf(deliverySchema) },
  }),
  setStatus: operation({
    method: 'post',
    path: '/api/deliveries/:orderId/status',
    service,
    tag,
    summary: 'Take the next step',
    access: ['courier', 'admin'],
    params: orderParams,
    body: z.strictObject({ status: deliveryStatusSchema }),
    responses: { 200: deliveryAnswer },
  }),
};
