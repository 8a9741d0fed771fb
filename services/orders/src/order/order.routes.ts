import { ordersApi } from '@bramble/contracts/orders';
import { type Actor, userIdOf } from '@bramble/service-kit/base/actor';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { problemOf } from '@bramble/service-kit/http/problem';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { openCart } from '../cart/cart.http';
import { userOwner } from '../cart/cart.owner';
import type { CartService } from '../cart/cart.service';
import type { AnswerOnce } from '../idempotency/idempotency.http';
import { toOrder } from '../life/order.dto';
import type { PlaceOrder } from '../placing/place-order.service';
import type { OrderService } from './order.service';

export interface OrderRouteDependencies {
  orders: OrderService;
  placeOrder: PlaceOrder;
  carts: CartService;
  answerOnce: AnswerOnce;
  /** Called for each checkout that failed with an internal error. */
  onCheckoutError: () => void;
}

const ACCEPTED = 202;

export function orderRoutes(dependencies: OrderRouteDependencies): Mountable[] {
  const { orders, placeOrder, carts, answerOnce, onCheckoutError } = dependencies;
  const find = ({ params, actor }: { params: { id: string }; actor: Actor }) =>
    orders.visible(params.id, actor);

  return [
    endpoint(ordersApi.place, (input) => {
      const cart = {
        owner: userOwner(input.actor),
        items: async () => carts.items(await openCart(carts, input)),
      };
      return answerOnce(input, ACCEPTED, (first) =>
        placeOrder.place(first, input.body, { cart, address: clientAddress(input.req) }),
      ).catch((error: unknown) => {
        if (problemOf(error).status >= 500) onCheckoutError();
        throw error;
      });
    }),
    endpoint(ordersApi.list, ({ actor, query }) => orders.mine(userIdOf(actor), query)),
    endpoint(ordersApi.get, { find }, ({ found }) => Promise.resolve({ order: toOrder(found) })),
    endpoint(ordersApi.visible, { find }, () => Promise.resolve(undefined)),
    endpoint(ordersApi.cancel, { find }, async ({ params, actor }) => ({
      order: await orders.cancel(params.id, actor),
    })),
    endpoint(ordersApi.refund, { find }, (input) =>
      answerOnce(input, 200, (first) => orders.refund(first, input.params.id, input.body)),
    ),
    endpoint(ordersApi.checkout, async (input) => {
      const { orderId, paymentMethod } = input.body;
      // An unknown or foreign order is `not_found` before the Idempotency-Key is checked.
      await orders.visible(orderId, input.actor);
      return answerOnce(input, ACCEPTED, (first) => orders.checkout(first, orderId, paymentMethod.token));
    }),
    endpoint(ordersApi.adminList, ({ query }) => orders.all(query)),
  ];
}
