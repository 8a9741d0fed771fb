import type { OrderStatus } from '@bramble/contracts/orders';
import { counter, histogram } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Step } from '../life/order.machine';
import { transitions as allTransitions } from '../life/order.states';
import type { OrderState } from '../life/order.types';

/** Metrics of checkouts, status changes and money. */
export const orderMetrics = define({
  bramble_checkouts_total: {
    kind: 'counter',
    help: 'Checkouts by how they ended.',
    labels: { outcome: ['paid', 'declined', 'out_of_stock', 'expired', 'cancelled', 'error', 'timeout'] },
  },
  bramble_order_transitions_total: {
    kind: 'counter',
    help: 'Steps of orders.',
    labels: { from: null, to: null },
  },
  bramble_order_illegal_transitions_total: {
    kind: 'counter',
    help: 'Events that no row of the order table knows.',
    labels: {},
  },
  bramble_order_repairs_total: {
    kind: 'counter',
    help: 'What the reconciler did.',
    labels: { status: null, result: ['resent', 'failed', 'gave_up'] },
  },
  bramble_order_stage_duration_seconds: {
    kind: 'histogram',
    help: 'Time from placing an order to a stage.',
    labels: { to: ['RESERVED', 'PAID', 'SHIPPED', 'COMPLETED'] },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  bramble_order_revenue_minor_units_total: {
    kind: 'counter',
    help: 'Captured money.',
    labels: { currency: null },
  },
  bramble_order_refunds_minor_units_total: {
    kind: 'counter',
    help: 'Refunded money.',
    labels: { currency: null },
  },
  bramble_idempotent_replays_total: {
    kind: 'counter',
    help: 'Requests that came again with their Idempotency-Key.',
    labels: { result: ['same', 'conflict', 'in_flight'] },
  },
});

type CheckoutOutcome = 'paid' | 'declined' | 'out_of_stock' | 'expired' | 'cancelled' | 'error' | 'timeout';

/** How the checkout of an order ended; undefined while it goes on or when an earlier step ended it. */
function checkoutOutcome({ from, order }: Step): CheckoutOutcome | undefined {
  if (order.status === from) return undefined;
  if (order.status === 'PAID') return 'paid';
  if (order.status === 'CANCELLED') return from === 'PAID' ? undefined : 'cancelled';
  if (order.status !== 'FAILED') return undefined;
  if (order.failureReason === 'payment_expired') return order.capture === 'declined' ? 'declined' : 'expired';
  return order.failureReason === 'timeout' ? 'timeout' : 'out_of_stock';
}

const stages = ['RESERVED', 'PAID', 'SHIPPED', 'COMPLETED'] as const;
type Stage = (typeof stages)[number];
const isStage = (status: OrderStatus): status is Stage => (stages as readonly string[]).includes(status);

export function createOrderMetrics(service: Pick<Service<typeof orderMetrics>, 'metrics' | 'config'>) {
  const checkouts = counter(service, 'bramble_checkouts_total');
  const transitions = counter(service, 'bramble_order_transitions_total');
  for (const transition of allTransitions) transitions.inc(transition, 0);
  const illegal = counter(service, 'bramble_order_illegal_transitions_total');
  const stageDuration = histogram(service, 'bramble_order_stage_duration_seconds');
  const revenue = counter(service, 'bramble_order_revenue_minor_units_total');
  const refunds = counter(service, 'bramble_order_refunds_minor_units_total');
  const repairs = counter(service, 'bramble_order_repairs_total');
  const replays = counter(service, 'bramble_idempotent_replays_total');
  const currency = service.config.CURRENCY;
  revenue.inc({ currency }, 0);
  refunds.inc({ currency }, 0);
  for (const status of ['PENDING', 'RESERVED', 'PAID', 'SHIPPED'])
    for (const result of ['resent', 'failed', 'gave_up'] as const) repairs.inc({ status, result }, 0);

  /** Counts a committed step. */
  function countStep(step: Step): void {
    const { from, order, history } = step;
    const outcome = checkoutOutcome(step);
    if (outcome) checkouts.inc({ outcome });
    if (order.status !== from) {
      transitions.inc({ from, to: order.status });
      if (isStage(order.status))
        stageDuration.observe({ to: order.status }, (history.at - order.createdAt) / 1000);
    }
    if (history.type === 'payment.captured') revenue.inc({ currency: order.currency }, order.captured);
  }

  return {
    countStep,
    countRefund: (amount: number) => refunds.inc({ currency }, amount),
    countIllegalStep: () => illegal.inc({}),
    countCheckoutError: () => checkouts.inc({ outcome: 'error' }),
    countRepair: ({ status }: OrderState, result: 'resent' | 'failed' | 'gave_up') =>
      repairs.inc({ status, result }),
    countReplay: (result: 'same' | 'conflict' | 'in_flight') => replays.inc({ result }),
  };
}
export type OrderMetrics = ReturnType<typeof createOrderMetrics>;
