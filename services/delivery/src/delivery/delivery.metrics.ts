import type { DeliveryStatus } from '@bramble/contracts/delivery';
import { collected, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import type { DeliveryRepository } from './delivery.repository';

const NAME = 'bramble_deliveries';
type DeliveryState = Exclude<DeliveryStatus, 'STOPPED'>;
const shown = [
  'PREPARING',
  'SHIPPED',
  'OUT_FOR_DELIVERY',
  'DELIVERED',
] as const satisfies readonly DeliveryState[];

/** Metrics of deliveries. */
export const deliveryMetrics = define({
  bramble_deliveries: {
    kind: 'gauge',
    help: 'Deliveries under way.',
    labels: { status: shown },
  },
});

export function exportDeliveries(
  owner: MetricsOwner<typeof deliveryMetrics>,
  deliveries: DeliveryRepository,
): void {
  collected(owner, 'deliveries', [NAME], async () => {
    const counts = await deliveries.count();
    return shown.map((status) => ({ name: NAME, labels: { status }, value: counts[status] }));
  });
}
