import { collected, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import { ledgerMetrics } from '@bramble/service-kit/observe/metrics-catalogue/ledger';
import type { LedgerRepository } from './ledger.repository';
import type { PaymentRepository } from './payment.repository';

/** Metrics of the payment provider's calls, and of the ledger of the money it holds. */
export const paymentMetrics = {
  ...define({
    bramble_payment_attempts_total: {
      kind: 'counter',
      help: 'Settled calls of the payment provider.',
      labels: { operation: ['capture', 'refund'], outcome: ['succeeded', 'declined', 'timeout', 'error'] },
    },
    bramble_payment_provider_duration_seconds: {
      kind: 'histogram',
      help: 'Duration of provider calls.',
      labels: { operation: ['capture', 'refund'] },
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    },
    bramble_payments_unsettled: {
      kind: 'gauge',
      help: 'Provider calls whose outcome is not known.',
      labels: { operation: ['capture', 'refund'] },
    },
    bramble_payments_oldest_unsettled_age_seconds: {
      kind: 'gauge',
      help: 'Age of the oldest unsettled provider call; 0 when none.',
      labels: { operation: ['capture', 'refund'] },
    },
  }),
  ...ledgerMetrics(['money']),
};

const COUNT = 'bramble_payments_unsettled';
const AGE = 'bramble_payments_oldest_unsettled_age_seconds';

/** Exports the unsettled calls. The values come from the tables, so every replica exports the same. */
export function exportUnsettled(
  owner: MetricsOwner<typeof paymentMetrics>,
  payments: PaymentRepository,
): void {
  collected(owner, 'payments_unsettled', [COUNT, AGE], async () =>
    (await payments.unsettled()).flatMap(({ operation, count, age }) => [
      { name: COUNT, labels: { operation }, value: count },
      { name: AGE, labels: { operation }, value: age },
    ]),
  );
}

const DRIFT = 'bramble_ledger_drift';
const CHECKED = 'bramble_ledger_last_check_timestamp_seconds';

/** Exports the ledger of payments: money that the provider holds although no order is worth it. */
export function exportLedger(owner: MetricsOwner<typeof paymentMetrics>, ledger: LedgerRepository): void {
  const labels = { ledger: 'money' } as const;
  collected(owner, 'payments_ledger', [DRIFT, CHECKED], async () => [
    { name: DRIFT, labels, value: await ledger.drift() },
    { name: CHECKED, labels, value: Math.round(Date.now() / 1000) },
  ]);
}
