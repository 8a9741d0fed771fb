import { ordersApi } from '@bramble/contracts/orders';
import { endpoint, type Mountable } from '@bramble/service-kit/endpoint';
import type { CartService } from './cart.service';

export const cartRoutes = (cart: CartService): Mountable[] => [
  ...endpoint(ordersApi.getCart, async (visitor) => ({ cart: await cart.view(visitor) })),
  ...endpoint(ordersApi.clearCart, async (visitor) => {
    await cart.clear(visitor);
    return undefined;
  }),
  ...endpoint(ordersApi.addToCart, async (visitor) => ({ cart: await cart.add(visitor, visitor.body) })),
  ...endpoint(ordersApi.setCartItem, async (visitor) => ({
    cart: await cart.set(visitor, { productId: visitor.params.productId, quantity: visitor.body.quantity }),
  })),
  ...endpoint(ordersApi.removeCartItem, async (visitor) => ({
    cart: await cart.remove(visitor, visitor.params.productId),
  })),
  ...endpoint(ordersApi.cartItems, async (visitor) => ({ items: await cart.items(visitor) })),
];
