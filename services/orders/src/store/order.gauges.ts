import type { Service } from '@bramble/service-kit/runtime/service';
import { collected } from '@bramble/service-kit/observe/metrics';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import { readWaitingOrders } from './order-gauges.repository';

/** Exports how many orders wait for a step, and how many of them for too long. */
export function exportOrderGauges(service: Service, sql: Sql): void {
  collected(
    service,
    'orders',
    ['bramble_orders', 'bramble_orders_overdue', 'bramble_order_oldest_overdue_age_seconds'],
    async () =>
      (await readWaitingOrders(sql)).flatMap(({ status, orders, overdue, oldestSeconds }) => [
        { name: 'bramble_orders' as const, labels: { status }, value: orders },
        { name: 'bramble_orders_overdue' as const, labels: { status }, value: overdue },
        {
          name: 'bramble_order_oldest_overdue_age_seconds' as const,
          labels: { status },
          value: oldestSeconds,
        },
      ]),
  );
}
