import type { Service } from '@bramble/service-kit/runtime/service';
import { collected } from '@bramble/service-kit/observe/metrics';
import type { LedgerRepository } from './ledger.repository';
import type { PaymentRepository } from './payment.repository';

const COUNT = 'bramble_payments_unsettled';
const AGE = 'bramble_payments_oldest_unsettled_age_seconds';

/** What is owed an answer by the provider, read from the tables so that every replica tells the same. */
export function unsettledMetrics(service: Service, payments: PaymentRepository): void {
  collected(service, 'payments_unsettled', [COUNT, AGE], async () =>
    (await payments.unsettled()).flatMap(({ operation, count, age }) => [
      { name: COUNT, labels: { operation }, value: count },
      { name: AGE, labels: { operation }, value: age },
    ]),
  );
}

const DRIFT = 'bramble_ledger_drift';
const CHECKED = 'bramble_ledger_last_check_timestamp_seconds';

/** Payments' side of the money: what the provider holds that no order is worth any more. */
export function ledgerMetrics(service: Service, ledger: LedgerRepository): void {
  const labels = { ledger: 'money' } as const;
  collected(service, 'payments_ledger', [DRIFT, CHECKED], async () => [
    { name: DRIFT, labels, value: await ledger.drift() },
    { name: CHECKED, labels, value: Math.round(Date.now() / 1000) },
  ]);
}
