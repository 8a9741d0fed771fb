import { cartApi } from '@bramble/contracts/cart';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { CartService } from './cart.service';

export const cartRoutes = (cart: CartService): Mountable[] => [
  endpoint(cartApi.getCart, async (visitor) => ({ cart: await cart.view(visitor) })),
  endpoint(cartApi.clearCart, async (visitor) => {
    await cart.clear(visitor);
    return undefined;
  }),
  endpoint(cartApi.addToCart, async (visitor) => ({ cart: await cart.add(visitor, visitor.body) })),
  endpoint(cartApi.setCartItem, async (visitor) => ({
    cart: await cart.set(visitor, { productId: visitor.params.productId, quantity: visitor.body.quantity }),
  })),
  endpoint(cartApi.removeCartItem, async (visitor) => ({
    cart: await cart.remove(visitor, visitor.params.productId),
  })),
  endpoint(cartApi.cartItems, async (visitor) => ({ items: await cart.items(visitor) })),
];
