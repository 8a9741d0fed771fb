import type { Service } from '@bramble/service-kit/create-service';
import { collected } from '@bramble/service-kit/metrics';
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
