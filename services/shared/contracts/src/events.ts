import { z } from 'zod';
import { moneySchema } from './money';
import {
  addressSchema,
  failureReasonSchema,
  itemSchema,
  orderLineSchema,
  paymentMethodSchema,
} from './orders';
import { idSchema, timeSchema } from './page';

/** The streams, each with the one service that publishes it. */
export const streams = {
  orders_stream: 'orders',
  inventory_stream: 'catalog',
  payments_stream: 'payments',
  delivery_stream: 'delivery',
  catalog_stream: 'catalog',
} as const;
export type Stream = keyof typeof streams;

/** The consumer groups that must have read an entry before it may be trimmed. A group is a service's name. */
export const requiredGroups: Readonly<Record<Stream, readonly string[]>> = {
  orders_stream: ['catalog', 'payments', 'delivery'],
  inventory_stream: ['orders'],
  payments_stream: ['orders'],
  delivery_stream: ['orders'],
  catalog_stream: [],
};

const order = z.object({ orderId: idSchema });
const orderFact = order.extend({ userId: idSchema, number: z.string() });
const product = z.object({ productId: idSchema });

/**
 * Every event: its stream and its payload's schema. Only optional fields may be added; a breaking change is a new event
 * name. A new event is published one release after its consumers list it: a process of the older release may acknowledge
 * it unread for its whole group.
 */
export const events = {
  'order.placed': {
    stream: 'orders_stream',
    payload: orderFact.extend({ items: z.array(itemSchema), expiresAt: timeSchema }),
  },
  /** `attempt` counts from 1 and rises only after a definite decline; the capture key is made of it. */
  'payment.requested': {
    stream: 'orders_stream',
    payload: orderFact.extend({
      attempt: z.int().min(1),
      amount: moneySchema,
      paymentMethod: paymentMethodSchema,
    }),
  },
  'order.paid': {
    stream: 'orders_stream',
    payload: orderFact.extend({
      lines: z.array(orderLineSchema),
      total: moneySchema,
      shippingAddress: addressSchema,
    }),
  },
  /** A command, re-sent until confirmed: free the reservation; put committed stock back only if `restock`; stop delivery; take no capture. */
  'order.released': { stream: 'orders_stream', payload: order.extend({ restock: z.boolean() }) },
  'order.cancelled': { stream: 'orders_stream', payload: orderFact },
  /** A command, re-sent until payment.refunded carries the same refundId. */
  'order.refund_requested': {
    stream: 'orders_stream',
    payload: order.extend({ refundId: idSchema, amount: moneySchema }),
  },
  'order.failed': { stream: 'orders_stream', payload: orderFact.extend({ reason: failureReasonSchema }) },
  'order.shipped': { stream: 'orders_stream', payload: orderFact },
  'order.completed': { stream: 'orders_stream', payload: orderFact },
  'order.refunded': {
    stream: 'orders_stream',
    payload: orderFact.extend({ amount: moneySchema, full: z.boolean() }),
  },
  'stock.reserved': { stream: 'inventory_stream', payload: order.extend({ expiresAt: timeSchema }) },
  'stock.rejected': {
    stream: 'inventory_stream',
    payload: order.extend({
      reason: z.enum(['out_of_stock', 'product_unavailable']),
      productIds: z.array(idSchema),
    }),
  },
  'stock.committed': { stream: 'inventory_stream', payload: order },
  'stock.released': { stream: 'inventory_stream', payload: order.extend({ restocked: z.boolean() }) },
  'reservation.overdue': { stream: 'inventory_stream', payload: order.extend({ expiresAt: timeSchema }) },
  'payment.captured': {
    stream: 'payments_stream',
    payload: order.extend({ paymentId: idSchema, attempt: z.int().min(1), amount: moneySchema }),
  },
  'payment.declined': {
    stream: 'payments_stream',
    payload: order.extend({ attempt: z.int().min(1), reason: z.string() }),
  },
  'payment.refunded': {
    stream: 'payments_stream',
    payload: order.extend({ refundId: idSchema, amount: moneySchema }),
  },
  'delivery.started': { stream: 'delivery_stream', payload: order },
  'delivery.shipped': { stream: 'delivery_stream', payload: order },
  'delivery.delivered': { stream: 'delivery_stream', payload: order },
  'delivery.stopped': { stream: 'delivery_stream', payload: order.extend({ delivered: z.boolean() }) },
  'product.changed': {
    stream: 'catalog_stream',
    payload: product.extend({ sellerId: idSchema, version: z.int() }),
  },
  'product.deleted': { stream: 'catalog_stream', payload: product.extend({ sellerId: idSchema }) },
  /** `revision` rises with every change of the product's stock, so a late event is known as late. */
  'stock.changed': {
    stream: 'catalog_stream',
    payload: product.extend({ available: z.int(), revision: z.int() }),
  },
} as const satisfies Record<string, { stream: Stream; payload: z.ZodObject }>;

export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]['payload']>;

/** What an event says, without its envelope. Of several names it is a union that narrows by `type`. */
export type EventDraft<N extends EventName = EventName> = {
  [K in N]: { type: K; payload: EventPayload<K> };
}[N];

/** What every event carries. `id` is a UUIDv7; `traceparent` is W3C trace context or empty. */
export interface Envelope {
  id: string;
  version: number;
  occurredAt: string;
  key: string;
  correlationId: string;
  traceparent: string;
}
/** An event. Of several names it is a union that narrows by `type`. */
export type EventOf<N extends EventName> = Envelope & EventDraft<N>;
export type AnyEvent = EventOf<EventName>;

/** What a payload names: events of one key keep their order. A payload of another kind needs a case in `keyOf`. */
type Keyed = { orderId: string } | { productId: string };

/** The key of an event's envelope: the id of its order, or of its product. */
export const keyOf = ({ payload }: { payload: Keyed }): string =>
  'orderId' in payload ? payload.orderId : payload.productId;
