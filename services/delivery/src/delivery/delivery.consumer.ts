import type { DeliveryService, DeliveryUnit } from './delivery.service';

/** Starts and stops deliveries when orders are paid and released. */
export const deliveryConsumer = (deliveries: DeliveryService) => ({
  group: 'delivery',
  types: ['order.paid', 'order.released'] as const,
  handle: (unit: DeliveryUnit) => deliveries.handle(unit),
});
