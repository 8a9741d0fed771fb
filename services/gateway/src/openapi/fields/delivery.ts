import { deliveryApi, deliverySchema } from '@bramble/contracts/delivery';
import { describeFields } from './describe-fields';
import { pageOfTexts, pageTexts } from './shared';

const deliveryStatus =
  'How far the parcel is: PREPARING, SHIPPED, OUT_FOR_DELIVERY and DELIVERED in this order; STOPPED ends it early.';

export const deliveryFields = [
  describeFields(deliverySchema, {
    orderId: 'The order whose parcel it is; it names the delivery too.',
    status: deliveryStatus,
    courierId:
      'The courier who took the last step; absent before the first step and when no courier took it.',
    estimatedAt:
      'When the parcel is expected to arrive, in UTC, estimated anew at each step; absent once it is stopped.',
    timeline: 'Every state that the delivery reached, the oldest first.',
  }),
  describeFields(deliverySchema.shape.timeline.element, {
    status: 'The state that was reached.',
    at: 'When it was reached, in UTC.',
  }),
  describeFields(deliveryApi.list.query, {
    ...pageTexts,
    status: 'Only deliveries that are in this state now.',
  }),
  describeFields(
    deliveryApi.list.responses[200],
    pageOfTexts('Deliveries of all buyers, newest first, so that couriers find the next one.'),
  ),
  describeFields(deliveryApi.get.responses[200], {
    delivery: 'The delivery of the order as it is after this call.',
  }),
  describeFields(deliveryApi.setStatus.body, {
    status: 'The very next state of this delivery; no state can be left out, and none is taken back.',
  }),
];
