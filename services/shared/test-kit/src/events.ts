import { randomUUID } from 'node:crypto';
import type { Envelope, EventName, EventOf, EventPayload } from '@bramble/contracts/events';
import { newEvent } from '@bramble/service-kit/events/events';
import { testAddress } from './addresses';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const inTenMinutes = () => new Date(Date.now() + 600_000).toISOString();
const order = () => ({ orderId: randomUUID() });
const orderFact = () => ({ ...order(), userId: randomUUID(), number: 'BR-TEST' });
const product = () => ({ productId: randomUUID() });
const act = () => ({
  target: randomUUID(),
  actorId: randomUUID(),
  address: '192.0.2.1',
  action: 'refundOrder',
});
const operatorAct = () => ({ target: randomUUID(), operator: 'ana', action: 'discardOwnDeadLetter' });
const sellersProduct = () => ({ ...product(), sellerId: randomUUID() });

/** The payload of each type unless a test gives other fields: one piece for 10 EUR, with new ids. */
const defaults: { readonly [N in EventName]: () => EventPayload<N> } = {
  'order.placed': () => ({
    ...orderFact(),
    items: [{ ...product(), quantity: 1 }],
    expiresAt: inTenMinutes(),
  }),
  'payment.requested': () => ({
    ...orderFact(),
    attempt: 1,
    amount: eur(1_000),
    paymentMethod: { token: 'tok_visa' },
  }),
  'order.paid': () => ({ ...orderFact(), lines: [], total: eur(1_000), shippingAddress: testAddress }),
  'order.released': () => ({ ...order(), restock: true }),
  'order.cancelled': orderFact,
  'order.refund_requested': () => ({ ...order(), refundId: randomUUID(), amount: eur(1_000) }),
  'order.discount_return_requested': order,
  'order.failed': () => ({ ...orderFact(), reason: 'timeout' }),
  'order.shipped': orderFact,
  'order.completed': orderFact,
  'order.refunded': () => ({ ...orderFact(), amount: eur(1_000), full: true }),
  'stock.reserved': () => ({ ...order(), expiresAt: inTenMinutes() }),
  'stock.rejected': () => ({ ...order(), reason: 'out_of_stock', productIds: [] }),
  'stock.committed': order,
  'stock.released': () => ({ ...order(), restocked: true }),
  'reservation.overdue': () => ({ ...order(), expiresAt: new Date().toISOString() }),
  'payment.captured': () => ({ ...order(), paymentId: randomUUID(), attempt: 1, amount: eur(1_000) }),
  'payment.declined': () => ({ ...order(), attempt: 1, reason: 'card_declined' }),
  'payment.refunded': () => ({ ...order(), refundId: randomUUID(), amount: eur(1_000) }),
  'payment.refund_failed': () => ({
    ...order(),
    refundId: randomUUID(),
    amount: eur(1_000),
    reason: 'lost_or_stolen_card',
  }),
  'discount.returned': order,
  'delivery.started': order,
  'delivery.shipped': order,
  'delivery.delivered': order,
  'delivery.stopped': () => ({ ...order(), delivered: false }),
  'product.changed': () => ({ ...sellersProduct(), version: 1 }),
  'product.deleted': sellersProduct,
  'stock.changed': () => ({ ...product(), available: 1, revision: 1 }),
  'product.operator_acted': operatorAct,
  'product.staff_acted': act,
  'order.operator_acted': operatorAct,
  'order.staff_acted': act,
  'payment.operator_acted': operatorAct,
  'payment.staff_acted': act,
  'delivery.operator_acted': operatorAct,
  'delivery.staff_acted': act,
  'user.erased': () => ({ userId: randomUUID(), erasedAt: new Date().toISOString() }),
};

/**
 * An event as its service would make it now: `eventOf('order.placed', { items })`. Fields that a test does not give get
 * values of their own; `envelope` replaces fields of the envelope.
 */
export const eventOf = <N extends EventName>(
  type: N,
  payload: Partial<EventPayload<N>> = {},
  envelope: Partial<Envelope> = {},
): EventOf<N> => ({ ...newEvent<N>({ type, payload: { ...defaults[type](), ...payload } }), ...envelope });
