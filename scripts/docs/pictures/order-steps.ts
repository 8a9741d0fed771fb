import { catalogApi } from '@bramble/contracts/catalog';
import type { Operation } from '@bramble/contracts/operation';
import { ordersApi, type OrderStatus } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { isFinal } from '../../../services/orders/src/life/order.states';
import { orderSteps } from '../facts/order-steps';
import { sequence, type Step } from '../sequence';
import type { Role } from '../svg';

const called = ({ method, path }: Operation): string => `${method.toUpperCase()} ${path}`;

const placing: readonly Step[] = [
  { kind: 'call', from: 'shopper', to: 'gateway', text: called(ordersApi.place) },
  { kind: 'call', from: 'gateway', to: 'orders', text: called(ordersApi.place) },
  { kind: 'call', from: 'orders', to: 'payments', text: called(paymentsApi.quotes) },
  { kind: 'call', from: 'payments', to: 'catalog', text: called(catalogApi.lookup) },
  { kind: 'answer', from: 'catalog', to: 'payments', text: 'products' },
  { kind: 'answer', from: 'payments', to: 'orders', text: 'prices, tax, shipping' },
  {
    kind: 'act',
    at: 'orders',
    text: 'one statement: the order, its lines, its event in the outbox, and this answer under the Idempotency-Key',
  },
  { kind: 'state', at: 'orders', text: 'PENDING', role: 'service' },
  { kind: 'answer', from: 'orders', to: 'gateway', text: '202 {order}' },
  { kind: 'answer', from: 'gateway', to: 'shopper', text: '202 {order}' },
];

const roleOf = (status: OrderStatus): Role => (isFinal(status) ? 'good' : 'service');

function saga(): Step[] {
  return orderSteps().flatMap(({ input, status, moved, published }): Step[] => [
    ...(input ? [{ kind: 'event', from: input.from, to: ['orders'], text: input.name } as const] : []),
    ...(input && moved ? [{ kind: 'state', at: 'orders', text: status, role: roleOf(status) } as const] : []),
    ...published
      .filter(({ consumers }) => consumers.length > 0)
      .map(({ name, consumers }) => ({ kind: 'event', from: 'orders', to: consumers, text: name }) as const),
  ]);
}

/** The steps of an order that meets no trouble: placed by HTTP, brought to its end by events. */
export const orderStepsPicture = (): string =>
  sequence({
    title: 'The steps of an order: placed by HTTP, brought to its end by events',
    participants: [
      { name: 'shopper', role: 'outside' },
      ...['gateway', 'orders', 'payments', 'catalog', 'delivery'].map(
        (name) => ({ name, role: 'service' }) as const,
      ),
    ],
    steps: [...placing, ...saga()],
  });
