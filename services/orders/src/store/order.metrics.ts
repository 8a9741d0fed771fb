import type { OrderStatus } from '@bramble/contracts/orders';
import type { Service } from '@bramble/service-kit/runtime/service';
import { counter, histogram } from '@bramble/service-kit/observe/metrics';
import type { Step } from '../life/order.machine';
import { transitions as ways } from '../life/order.states';
import type { OrderState } from '../life/order.types';

type CheckoutOutcome = 'paid' | 'declined' | 'out_of_stock' | 'expired' | 'cancelled' | 'error' | 'timeout';

/** How the checkout of an order ended, or undefined while it goes on or when it ended before. */
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

export function createOrderMetrics(service: Service) {
  const checkouts = counter(service, 'bramble_checkouts_total');
  const transitions = counter(service, 'bramble_order_transitions_total');
  for (const way of ways) transitions.inc(way, 0);
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

  return {
    /** Counts a step that is committed. */
    stepped(step: Step): void {
      const { from, order, history } = step;
      const outcome = checkoutOutcome(step);
      if (outcome) checkouts.inc({ outcome });
      if (order.status !== from) {
        transitions.inc({ from, to: order.status });
        if (isStage(order.status))
          stageDuration.observe({ to: order.status }, (history.at - order.createdAt) / 1000);
      }
      if (history.type === 'payment.captured') revenue.inc({ currency: order.currency }, order.captured);
    },
    refunded: (amount: number) => refunds.inc({ currency }, amount),
    illegalStep: () => illegal.inc({}),
    checkoutError: () => checkouts.inc({ outcome: 'error' }),
    repaired: ({ status }: OrderState, result: 'resent' | 'failed' | 'gave_up') =>
      repairs.inc({ status, result }),
    replayed: (result: 'same' | 'conflict' | 'in_flight') => replays.inc({ result }),
  };
}
export type OrderMetrics = ReturnType<typeof createOrderMetrics>;
