import { money } from '@bramble/contracts/money';
import type { OrderStatus } from '@bramble/contracts/orders';
import { testAddress } from '@bramble/test-kit/addresses';
import { refundedSum } from '../src/life/order.effects';
import type { Input } from '../src/life/order.inputs';
import { apply } from '../src/life/order.machine';
import type { InputName } from '../src/life/order.states';
import type { OrderState } from '../src/life/order.types';

const ORDER = '01900000-0000-7000-8000-0000000000aa';
const PAYMENT = '01900000-0000-7000-8000-0000000000bb';
const eur = (amount: number) => money(amount, 'EUR');

/** An order as POST /api/orders makes it. */
export const aNewOrder = (): OrderState => ({
  id: ORDER,
  number: 'BR-23456789',
  userId: '01900000-0000-7000-8000-000000000001',
  status: 'PENDING',
  version: 1,
  currency: 'EUR',
  lines: [
    {
      productId: '01900000-0000-7000-9000-000000000001',
      sellerId: '01900000-0000-7000-8000-000000000002',
      title: 'Jam Strawberries',
      unitPrice: eur(500),
      quantity: 2,
      lineTotal: eur(1000),
    },
  ],
  totals: {
    subtotal: eur(1000),
    discount: eur(0),
    tax: eur(160),
    shipping: eur(490),
    total: eur(1490),
    refunded: eur(0),
  },
  shippingAddress: testAddress,
  card: 'tok_visa',
  attempt: 0,
  capture: 'none',
  captured: 0,
  refunds: [],
  restock: true,
  expiresAt: 600_000 + 1_000_000,
  obligations: [{ kind: 'reserve', since: 1_000_000, dueAt: 1_030_000, resent: 0 }],
  correlationId: 'test',
  createdAt: 1_000_000,
});

/** The input of this name for this order. `share` is the percentage of the rest that a refund is for. */
export function inputOf(name: InputName, order: OrderState, share: number): Input {
  const orderId = order.id;
  const rest = order.captured - refundedSum(order);
  const part = Math.floor((rest * Math.min(share, 99)) / 100);
  const inputs: { [N in InputName]: Extract<Input, { type: N }>['payload'] } = {
    'stock.reserved': { orderId, expiresAt: new Date(order.expiresAt).toISOString() },
    'stock.rejected': { orderId, reason: 'out_of_stock', productIds: [] },
    'stock.committed': { orderId },
    'stock.released': { orderId, restocked: true },
    'reservation.overdue': { orderId, expiresAt: new Date(order.expiresAt).toISOString() },
    'payment.captured': {
      orderId,
      paymentId: PAYMENT,
      attempt: Math.max(1, order.attempt),
      amount: order.totals.total,
    },
    'payment.declined': { orderId, attempt: Math.max(1, order.attempt), reason: 'no' },
    'payment.refunded': {
      orderId,
      refundId: order.refunds.at(-1)?.id ?? PAYMENT,
      amount: eur(order.refunds.at(-1)?.amount ?? 1),
    },
    'payment.refund_failed': {
      orderId,
      refundId: order.refunds.at(-1)?.id ?? PAYMENT,
      amount: eur(order.refunds.at(-1)?.amount ?? 1),
      reason: 'lost_or_stolen_card',
    },
    'discount.returned': { orderId },
    'delivery.started': { orderId },
    'delivery.shipped': { orderId },
    'delivery.delivered': { orderId },
    'delivery.stopped': { orderId, delivered: false },
    cancel: { by: 'owner' },
    refundAll: { amount: rest, restock: true },
    refundPart: { amount: part, restock: false },
    checkout: { card: 'tok_visa' },
    giveUp: {},
    expire: {},
  };
  return { type: name, payload: inputs[name] } as Input;
}

const stepsTo: Readonly<Record<OrderStatus, readonly InputName[]>> = {
  PENDING: [],
  RESERVED: ['stock.reserved'],
  PAID: ['stock.reserved', 'payment.captured'],
  SHIPPED: ['stock.reserved', 'payment.captured', 'delivery.shipped'],
  COMPLETED: ['stock.reserved', 'payment.captured', 'delivery.shipped', 'delivery.delivered'],
  FAILED: ['stock.reserved', 'expire'],
  CANCELLED: ['stock.reserved', 'cancel'],
  REFUNDED: ['stock.reserved', 'payment.captured', 'refundAll'],
};

/** An order that has reached `status`; a cancelled one from `from`. */
export function reached(status: OrderStatus, from?: 'PENDING' | 'PAID'): OrderState {
  const steps = status === 'CANCELLED' && from ? [...stepsTo[from], 'cancel' as const] : stepsTo[status];
  let order = aNewOrder();
  for (const [index, name] of steps.entries()) {
    const outcome = apply(order, inputOf(name, order, 100), {
      now: order.createdAt + (index + 1) * 1000,
      newId: () => `01900000-0000-7000-8000-${String(index).padStart(12, 'c')}`,
    });
    if (outcome.kind !== 'applied') throw new Error(`${order.status} does not take ${name}`);
    order = outcome.step.order;
  }
  return order;
}
