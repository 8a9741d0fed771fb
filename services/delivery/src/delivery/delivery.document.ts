import type { Delivery, DeliveryStatus } from '@bramble/contracts/delivery';
import type { EventName, EventOf } from '@bramble/contracts/events';
import type { RequestContext } from '@bramble/service-kit/base/request-context';

/** The next state of each state. States without an entry are final. */
export const nextStep: Readonly<Partial<Record<DeliveryStatus, DeliveryStatus>>> = {
  PREPARING: 'SHIPPED',
  SHIPPED: 'OUT_FOR_DELIVERY',
  OUT_FOR_DELIVERY: 'DELIVERED',
};

/** The event that is published when a state is reached. */
const announcements = {
  PREPARING: 'delivery.started',
  SHIPPED: 'delivery.shipped',
  DELIVERED: 'delivery.delivered',
} as const satisfies Partial<Record<DeliveryStatus, EventName>>;
export type Announcement = (typeof announcements)[keyof typeof announcements];

export const announcementOf = (status: DeliveryStatus): Announcement | undefined =>
  status in announcements ? announcements[status as keyof typeof announcements] : undefined;

export const isOver = (status: DeliveryStatus): boolean => nextStep[status] === undefined;

/** The number of steps until the parcel is delivered. */
export function stepsLeft(status: DeliveryStatus): number {
  const next = nextStep[status];
  return next === undefined ? 0 : 1 + stepsLeft(next);
}

/**
 * A delivery document. Without `userId` it is a tombstone: its order was released before it was paid, so the delivery
 * never starts.
 */
export interface DeliveryDocument {
  /** The order's id. */
  _id: string;
  userId?: string;
  status: DeliveryStatus;
  courierId?: string;
  createdAt: Date;
  estimatedAt?: Date;
  /** The correlation id and trace of the order, for steps without a request. */
  origin?: Pick<RequestContext, 'correlationId' | 'traceparent'>;
  /** When the demo courier takes the next step; absent outside demo mode. */
  nextStepAt?: Date;
  timeline: { status: DeliveryStatus; at: Date }[];
}

/** The expected duration of a courier's step, for the estimated arrival. */
const COURIER_STEP_MS = 24 * 60 * 60 * 1000;

/** How deliveries advance: by timers of `stepMs` (demo mode), or by couriers when it is undefined. */
export interface Pace {
  stepMs: number | undefined;
}

const timed = (status: DeliveryStatus, at: Date, { stepMs }: Pace) => ({
  ...(isOver(status)
    ? {}
    : { estimatedAt: new Date(at.getTime() + stepsLeft(status) * (stepMs ?? COURIER_STEP_MS)) }),
  ...(stepMs === undefined || isOver(status) ? {} : { nextStepAt: new Date(at.getTime() + stepMs) }),
});

export const started = (
  { payload: { orderId, userId }, correlationId, traceparent }: EventOf<'order.paid'>,
  at: Date,
  pace: Pace,
): DeliveryDocument => ({
  _id: orderId,
  userId,
  origin: { correlationId, traceparent },
  status: 'PREPARING',
  createdAt: at,
  ...timed('PREPARING', at, pace),
  timeline: [{ status: 'PREPARING', at }],
});

export const tombstone = (orderId: string, at: Date): DeliveryDocument => ({
  _id: orderId,
  status: 'STOPPED',
  createdAt: at,
  timeline: [{ status: 'STOPPED', at }],
});

/** The delivery with one more state; its timer and its estimate are set for this state. */
export function moved(
  { nextStepAt: _timer, estimatedAt, ...rest }: DeliveryDocument,
  status: DeliveryStatus,
  at: Date,
  pace: Pace,
): DeliveryDocument {
  return {
    ...rest,
    ...(status === 'DELIVERED' && estimatedAt ? { estimatedAt } : {}),
    ...timed(status, at, pace),
    status,
    timeline: [...rest.timeline, { status, at }],
  };
}

/** The delivery after its next step, and the event for orders; undefined in a final state. */
export function stepped(
  document: DeliveryDocument,
  at: Date,
  pace: Pace,
): { document: DeliveryDocument; announcement: Announcement | undefined } | undefined {
  const next = nextStep[document.status];
  return next && { document: moved(document, next, at, pace), announcement: announcementOf(next) };
}

export const showDelivery = (document: DeliveryDocument): Delivery => ({
  orderId: document._id,
  status: document.status,
  ...(document.courierId === undefined ? {} : { courierId: document.courierId }),
  ...(document.estimatedAt === undefined ? {} : { estimatedAt: document.estimatedAt.toISOString() }),
  timeline: document.timeline.map(({ status, at }) => ({ status, at: at.toISOString() })),
});
