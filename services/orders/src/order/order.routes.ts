import { ordersApi } from '@bramble/contracts/orders';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { CartService } from '../cart/cart.service';
import { toOrder } from '../life/order.dto';
import type { OrderService } from './order.service';
import type { PlaceOrder } from '../placing/place-order.service';

export interface OrderRouteDependencies {
  orders: OrderService;
  placeOrder: PlaceOrder;
  cart: CartService;
}

export const orderRoutes = ({ orders, placeOrder, cart }: OrderRouteDependencies): Mountable[] => [
  endpoint(ordersApi.place, ({ actor, body, idempotency, req, res }) =>
    placeOrder.place(userIdOf(actor), body, cart.sourceFor({ req, res, actor }), idempotency),
  ),
  endpoint(ordersApi.list, ({ actor, query }) => orders.mine(userIdOf(actor), query)),
  endpoint(ordersApi.get, { find: ({ params, actor }) => orders.visible(params.id, actor) }, ({ found }) =>
    Promise.resolve({ order: toOrder(found) }),
  ),
  endpoint(
    ordersApi.cancel,
    { find: ({ params, actor }) => orders.visible(params.id, actor) },
    async ({ params, actor }) => ({ order: await orders.cancel(params.id, actor) }),
  ),
  endpoint(
    ordersApi.refund,
    { find: ({ params, actor }) => orders.visible(params.id, actor) },
    ({ params, actor, body, idempotency }) => orders.refund(userIdOf(actor), params.id, body, idempotency),
  ),
  endpoint(ordersApi.checkout, ({ actor, body, idempotency }) =>
    orders.checkout(actor, userIdOf(actor), body.orderId, body.paymentMethod.token, idempotency),
  ),
  endpoint(ordersApi.adminList, ({ query }) => orders.all(query)),
];
