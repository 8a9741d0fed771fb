import type { OrderStatus } from '@bramble/contracts/orders';
import { collected, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { readWaitingOrders } from './waiting-orders.repository';

const waiting = ['PENDING', 'RESERVED', 'PAID', 'SHIPPED'] as const;
/** An ended order may wait too: for the confirmation of its refund, its release or its stop. */
const all = [...waiting, 'COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'] as const;
const isWaiting = (status: OrderStatus): status is (typeof waiting)[number] =>
  waiting.some((each) => each === status);
/** Orders that wait for a step. */
export const waitingOrdersMetrics = define({
  bramble_orders: { kind: 'gauge', help: 'Orders that are not final.', labels: { status: waiting } },
  bramble_orders_overdue: {
    kind: 'gauge',
    help: 'Orders, ended ones too, whose step was sent again and is still unanswered.',
    labels: { status: all },
  },
  bramble_order_oldest_overdue_age_seconds: {
    kind: 'gauge',
    help: 'How long the oldest overdue order has been overdue; 0 when none.',
    labels: { status: all },
  },
});

/** Exports how many orders are not final, how many of all are overdue, and for how long. */
export function exportWaitingOrders(owner: MetricsOwner<typeof waitingOrdersMetrics>, sql: Sql): void {
  collected(
    owner,
    'orders',
    ['bramble_orders', 'bramble_orders_overdue', 'bramble_order_oldest_overdue_age_seconds'],
    async () =>
      (await readWaitingOrders(sql)).flatMap(({ status, orders, overdue, oldestSeconds }) => [
        ...(orders !== undefined && isWaiting(status)
          ? [{ name: 'bramble_orders' as const, labels: { status }, value: orders }]
          : []),
        { name: 'bramble_orders_overdue', labels: { status }, value: overdue },
        {
          name: 'bramble_order_oldest_overdue_age_seconds',
          labels: { status },
          value: oldestSeconds,
        },
      ]),
  );
}
