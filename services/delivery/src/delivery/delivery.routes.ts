import { deliveryApi } from '@bramble/contracts/delivery';
import type { Actor } from '@bramble/service-kit/base/actor';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { showDelivery } from './delivery.document';
import type { DeliveryService } from './delivery.service';

export const deliveryRoutes = (deliveries: DeliveryService): Mountable[] => {
  const find = ({ params, actor }: { params: { orderId: string }; actor: Actor }) =>
    deliveries.find(params.orderId, actor);
  return [
    endpoint(deliveryApi.get, { find }, async ({ found }) => ({ delivery: showDelivery(found) })),
    endpoint(deliveryApi.list, ({ query }) => deliveries.list(query)),
    endpoint(deliveryApi.setStatus, { find }, async ({ found, body, actor }) => ({
      delivery: await deliveries.advance(found._id, body.status, actor),
    })),
  ];
};
