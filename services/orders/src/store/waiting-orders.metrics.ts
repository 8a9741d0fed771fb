import { collected } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { readWaitingOrders } from './waiting-orders.repository';

const waiting = ['PENDING', 'RESERVED', 'PAID', 'SHIPPED'] as const;
/** Orders that wait for a step. */
export const waitingOrdersMetrics = define({
  bramble_orders: { kind: 'gauge', help: 'Orders that are not final.', labels: { status: waiting } },
  bramble_orders_overdue: {
    kind: 'gauge',
    help: 'Orders past the deadline of their state.',
    labels: { status: waiting },
  },
  bramble_order_oldest_overdue_age_seconds: {
    kind: 'gauge',
    help: 'How long the oldest overdue order has been overdue; 0 when none.',
    labels: { status: waiting },
  },
});

/** Exports how many orders are not final, how many of them are overdue, and for how long. */
export function exportWaitingOrders(service: Service<typeof waitingOrdersMetrics>, sql: Sql): void {
  collected(
    service,
    'orders',
    ['bramble_orders', 'bramble_orders_overdue', 'bramble_order_oldest_overdue_age_seconds'],
    async () =>
      (await readWaitingOrders(sql)).flatMap(({ status, orders, overdue, oldestSeconds }) => [
        { name: 'bramble_orders', labels: { status }, value: orders },
        { name: 'bramble_orders_overdue', labels: { status }, value: overdue },
        {
          name: 'bramble_order_oldest_overdue_age_seconds',
          labels: { status },
          value: oldestSeconds,
        },
      ]),
  );
}
