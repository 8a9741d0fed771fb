import type { DeliveryStatus } from '@bramble/contracts/delivery';
import type { EventName } from '@bramble/contracts/events';

/** The one step that a courier may take from each state. States without an entry are final. */
export const nextStep: Readonly<Partial<Record<DeliveryStatus, DeliveryStatus>>> = {
  PREPARING: 'SHIPPED',
  SHIPPED: 'OUT_FOR_DELIVERY',
  OUT_FOR_DELIVERY: 'DELIVERED',
};

/** What reaching a state tells the orders. */
const announcements = {
  PREPARING: 'delivery.started',
  SHIPPED: 'delivery.shipped',
  DELIVERED: 'delivery.delivered',
} as const satisfies Partial<Record<DeliveryStatus, EventName>>;
export type Announcement = (typeof announcements)[keyof typeof announcements];

export const announcementOf = (status: DeliveryStatus): Announcement | undefined =>
  status in announcements ? announcements[status as keyof typeof announcements] : undefined;

export const isOver = (status: DeliveryStatus): boolean => nextStep[status] === undefined;

/** How many steps are left until the parcel is there. */
export function stepsLeft(status: DeliveryStatus): number {
  const next = nextStep[status];
  return next === undefined ? 0 : 1 + stepsLeft(next);
}
