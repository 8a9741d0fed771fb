import { collected, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import { ledgerMetrics } from '@bramble/service-kit/observe/metrics-catalogue/ledger';
import type { StockFiguresRepository } from './stock-figures.repository';

/** Metrics of stock, reservations and their ledgers. */
export const stockMetrics = {
  ...define({
    bramble_reservations: {
      kind: 'gauge',
      help: 'Reservations not settled.',
      labels: { state: ['live', 'overdue'] },
    },
    bramble_reservation_outcomes_total: {
      kind: 'counter',
      help: 'How reservations ended.',
      labels: { outcome: ['committed', 'released', 'expired', 'rejected'] },
    },
    bramble_reserve_conflicts_total: {
      kind: 'counter',
      help: 'Reservation transactions repeated after a conflict.',
      labels: {},
    },
    bramble_products: { kind: 'gauge', help: 'Products by stock.', labels: { stock: ['ok', 'low', 'out'] } },
  }),
  ...ledgerMetrics(['stock', 'reserved']),
};

/** Exports the sums and differences of the ledgers, so that a drift raises an alert. */
export function exportStockFigures(
  owner: MetricsOwner<typeof stockMetrics>,
  repository: StockFiguresRepository,
): void {
  collected(
    owner,
    'stock',
    [
      'bramble_ledger_drift',
      'bramble_ledger_last_check_timestamp_seconds',
      'bramble_reservations',
      'bramble_products',
    ],
    async () => {
      const { stockDrift, reservedDrift, live, overdue, products } = await repository.read();
      const now = Math.round(Date.now() / 1000);
      return [
        { name: 'bramble_ledger_drift', labels: { ledger: 'stock' }, value: stockDrift },
        { name: 'bramble_ledger_drift', labels: { ledger: 'reserved' }, value: reservedDrift },
        {
          name: 'bramble_ledger_last_check_timestamp_seconds',
          labels: { ledger: 'stock' },
          value: now,
        },
        {
          name: 'bramble_ledger_last_check_timestamp_seconds',
          labels: { ledger: 'reserved' },
          value: now,
        },
        { name: 'bramble_reservations', labels: { state: 'live' }, value: live },
        { name: 'bramble_reservations', labels: { state: 'overdue' }, value: overdue },
        { name: 'bramble_products', labels: { stock: 'ok' }, value: products.ok },
        { name: 'bramble_products', labels: { stock: 'low' }, value: products.low },
        { name: 'bramble_products', labels: { stock: 'out' }, value: products.out },
      ];
    },
  );
}
