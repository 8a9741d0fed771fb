import type { DeliveryStatus } from '@bramble/contracts/delivery';
import type { Service } from '@bramble/service-kit/runtime/service';
import { collected } from '@bramble/service-kit/observe/metrics';
import type { DeliveryRepository } from './delivery.repository';

const NAME = 'bramble_deliveries';
type Shown = Exclude<DeliveryStatus, 'STOPPED'>;
const shown: readonly Shown[] = ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY', 'DELIVERED'];

export function deliveryMetrics(service: Service, deliveries: DeliveryRepository): void {
  collected(service, 'deliveries', [NAME], async () => {
    const counts = await deliveries.count();
    return shown.map((status) => ({ name: NAME, labels: { status }, value: counts[status] }));
  });
}
