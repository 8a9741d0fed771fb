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

/** The streams, each with the service that publishes it. */
export const streams = {
  orders_stream: 'orders',
  inventory_stream: 'catalog',
  payments_stream: 'payments',
  delivery_stream: 'delivery',
  catalog_stream: 'catalog',
  // Audit events have streams of their own, so that users need not read every event of the shop for a few audit entries.
  catalog_audit_stream: 'catalog',
  orders_audit_stream: 'orders',
  payments_audit_stream: 'payments',
  delivery_audit_stream: 'delivery',
  users_stream: 'users',
} as const;
export type Stream = keyof typeof streams;

/** The consumer groups that must have read an entry before it may be trimmed. A group has its service's name. */
export const requiredGroups: Readonly<Record<Stream, readonly string[]>> = {
  orders_stream: ['catalog', 'payments', 'delivery'],
  inventory_stream: ['orders'],
  payments_stream: ['orders'],
  delivery_stream: ['orders'],
  catalog_stream: [],
  catalog_audit_stream: ['users'],
  orders_audit_stream: ['users'],
  payments_audit_stream: ['users'],
  delivery_audit_stream: ['users'],
  users_stream: ['catalog', 'orders', 'payments'],
};

const order = z.object({ orderId: idSchema });
const orderFact = order.extend({ userId: idSchema, number: z.string() });
const product = z.object({ productId: idSchema });

/**
 * A change that staff made to something of another account. `action` is the id of the operation. `before` and `after` hold
 * the fields that differ; `before` is absent when something was created, `after` when it was deleted.
 */
const act = z.object({
  target: z.string(),
  actorId: idSchema,
  address: z.string(),
  action: z.string(),
  before: z.record(z.string(), z.json()).optional(),
  after: z.record(z.string(), z.json()).optional(),
});

/** A change that was made with a command of bramble-admin; `operator` is the name of the operating system's user. */
const operatorAct = act.omit({ actorId: true, address: true }).extend({ operator: z.string() });

/**
 * Every event type: its stream, the schema of its payload, and its version where that is not 1. Only optional fields may be
 * added; a breaking change is a new type. A new value of an enum raises the version: consumers of an older release hold such
 * events back, instead of giving them up as unreadable. A new type is published one release after its consumers list it: a process of the older release may
 * acknowledge it unread for its whole group.
 */
export const events = {
  'order.placed': {
    stream: 'orders_stream',
    payload: orderFact.extend({ items: z.array(itemSchema), expiresAt: timeSchema }),
  },
  /** `attempt` starts at 1 and rises only after a definite decline; it is part of the capture's idempotency key. */
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
      /** No consumer reads it. The older release requires it, so it is sent without name, street and place. */
      shippingAddress: addressSchema.optional(),
    }),
  },
  /**
   * A command, sent again until it is confirmed. Catalog puts the stock back if `restock`; otherwise it stays sold, which
   * happens for paid orders only. Delivery stops the delivery. Payments captures nothing more and publishes the outcome of
   * each attempt. `attempt` is the one whose outcome the order waits for: payments publishes it as declined when it has
   * none of this number.
   */
  'order.released': {
    stream: 'orders_stream',
    payload: order.extend({ restock: z.boolean(), attempt: z.int().min(1).optional() }),
  },
  'order.cancelled': { stream: 'orders_stream', payload: orderFact },
  /** A command, sent again until payment.refunded with the same refundId arrives. */
  'order.refund_requested': {
    stream: 'orders_stream',
    payload: order.extend({ refundId: idSchema, amount: moneySchema }),
  },
  /** A command, sent again until discount.returned arrives: another order may claim the use of the discount code. */
  'order.discount_return_requested': { stream: 'orders_stream', payload: order },
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
  /** A refund that payment.refunded announced failed later at the provider. It is made anew, with another payment.refunded. */
  'payment.refund_failed': {
    stream: 'payments_stream',
    payload: order.extend({ refundId: idSchema, amount: moneySchema, reason: z.string() }),
  },
  'discount.returned': { stream: 'payments_stream', payload: order },
  'delivery.started': { stream: 'delivery_stream', payload: order },
  'delivery.shipped': { stream: 'delivery_stream', payload: order },
  'delivery.delivered': { stream: 'delivery_stream', payload: order },
  'delivery.stopped': { stream: 'delivery_stream', payload: order.extend({ delivered: z.boolean() }) },
  'product.changed': {
    stream: 'catalog_stream',
    payload: product.extend({ sellerId: idSchema, version: z.int() }),
  },
  'product.deleted': { stream: 'catalog_stream', payload: product.extend({ sellerId: idSchema }) },
  /** `revision` rises with every change of the product's stock, so that late events can be dropped. */
  'stock.changed': {
    stream: 'catalog_stream',
    payload: product.extend({ available: z.int(), revision: z.int() }),
  },
  'product.operator_acted': { stream: 'catalog_audit_stream', payload: operatorAct },
  'product.staff_acted': { stream: 'catalog_audit_stream', payload: act },
  'order.operator_acted': { stream: 'orders_audit_stream', payload: operatorAct },
  'order.staff_acted': { stream: 'orders_audit_stream', payload: act },
  'payment.operator_acted': { stream: 'payments_audit_stream', payload: operatorAct },
  'payment.staff_acted': { stream: 'payments_audit_stream', payload: act },
  'delivery.operator_acted': { stream: 'delivery_audit_stream', payload: operatorAct },
  'delivery.staff_acted': { stream: 'delivery_audit_stream', payload: act },
  /** The account is gone for good: every service clears what it holds of the person. */
  'user.erased': { stream: 'users_stream', payload: z.object({ userId: idSchema, erasedAt: timeSchema }) },
} as const satisfies Record<string, { stream: Stream; payload: z.ZodObject; version?: number }>;

export type EventName = keyof typeof events;
/** The version of an event's payload. */
export const versionOf = (type: EventName): number => (events[type] as { version?: number }).version ?? 1;
/** The types from which users makes audit entries of what staff changed. */
export type StaffActed = Extract<EventName, `${string}.staff_acted`>;
export type OperatorActed = Extract<EventName, `${string}.operator_acted`>;
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]['payload']>;

/** An event without its envelope. For several types it is a union that narrows by `type`. */
export type EventDraft<N extends EventName = EventName> = {
  [K in N]: { type: K; payload: EventPayload<K> };
}[N];

/** The envelope of every event. `id` is a UUIDv7; `traceparent` is W3C trace context or empty. */
export interface Envelope {
  id: string;
  version: number;
  occurredAt: string;
  key: string;
  correlationId: string;
  traceparent: string;
}
/** An event. For several types it is a union that narrows by `type`. */
export type EventOf<N extends EventName> = Envelope & EventDraft<N>;
export type AnyEvent = EventOf<EventName>;

/**
 * The id in a payload that gives the event its key; events with the same key stay in order. A payload without one of
 * these ids needs a case in `keyOf`.
 */
type Keyed = { orderId: string } | { productId: string } | { target: string } | { userId: string };

/** The key of an event: the id of its order, of its product, of what staff acted on, or of its account. */
export function keyOf({ payload }: { payload: Keyed }): string {
  if ('orderId' in payload) return payload.orderId;
  if ('productId' in payload) return payload.productId;
  return 'target' in payload ? payload.target : payload.userId;
}
