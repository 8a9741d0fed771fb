import type { Delivery } from '@bramble/contracts/delivery';
import type { Order } from '@bramble/contracts/orders';
import { address, at, buyer, COURIER_ID, euros, line, ORDER_ID, ORDER_NUMBER, totals } from './values';

/** The order of the story in its states. */
const unpaid = {
  id: ORDER_ID,
  number: ORDER_NUMBER,
  userId: buyer.id,
  items: [line],
  totals: { ...totals, refunded: euros(0) },
  shippingAddress: address,
  createdAt: at(24, '09:30'),
};
const pending = { status: 'PENDING', at: unpaid.createdAt };
const reserved = { status: 'RESERVED', at: at(24, '09:30') };
const paid = { status: 'PAID', at: at(24, '09:31') };

export const placedOrder: Order = {
  ...unpaid,
  status: 'PENDING',
  payment: { status: 'none', attempts: 0 },
  expiresAt: at(24, '09:40'),
  timeline: [pending],
  version: 1,
};
/** After a decline, while another card is charged. */
export const retriedOrder: Order = {
  ...unpaid,
  status: 'RESERVED',
  payment: { status: 'pending', attempts: 2 },
  expiresAt: at(24, '09:33'),
  timeline: [pending, reserved, { status: 'PAYMENT_DECLINED', at: at(24, '09:31'), detail: 'card_declined' }],
  // The second try raises it too, without an entry of the timeline.
  version: 4,
};
/** Catalog and delivery have not confirmed the payment yet; each raises the version by one. */
export const paidOrder: Order = {
  ...unpaid,
  status: 'PAID',
  payment: { status: 'captured', attempts: 1 },
  timeline: [pending, reserved, paid],
  version: 3,
};
export const cancelledOrder: Order = {
  ...paidOrder,
  status: 'CANCELLED',
  payment: { status: 'refunding', attempts: 1 },
  totals: { ...totals, refunded: totals.total },
  timeline: [...paidOrder.timeline, { status: 'CANCELLED', at: at(24, '11:02'), detail: 'by owner' }],
  version: 6,
};
export const completedOrder: Order = {
  ...paidOrder,
  status: 'COMPLETED',
  timeline: [
    ...paidOrder.timeline,
    { status: 'SHIPPED', at: at(25, '08:20') },
    { status: 'COMPLETED', at: at(26, '13:45') },
  ],
  version: 7,
};
/** The refund of one jar of two. */
export const partlyRefundedOrder: Order = {
  ...completedOrder,
  payment: { status: 'refunding', attempts: 1 },
  totals: { ...totals, refunded: line.unitPrice },
  timeline: [
    ...completedOrder.timeline,
    { status: 'PARTLY_REFUNDED', at: at(27, '10:15'), detail: 'One jar arrived broken' },
  ],
  version: 8,
};

export const delivery: Delivery = {
  orderId: ORDER_ID,
  status: 'SHIPPED',
  courierId: COURIER_ID,
  estimatedAt: at(27, '08:20'),
  timeline: [
    { status: 'PREPARING', at: at(24, '09:31') },
    { status: 'SHIPPED', at: at(25, '08:20') },
  ],
};
/** The delivery of the order that is completed. */
export const arrivedDelivery: Delivery = {
  ...delivery,
  status: 'DELIVERED',
  estimatedAt: at(27, '09:05'),
  timeline: [
    ...delivery.timeline,
    { status: 'OUT_FOR_DELIVERY', at: at(26, '09:05') },
    { status: 'DELIVERED', at: at(26, '13:45') },
  ],
};
