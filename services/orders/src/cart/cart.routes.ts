import { cartApi } from '@bramble/contracts/cart';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { keepCart, openCart } from './cart.http';
import type { CartService } from './cart.service';

export const cartRoutes = (carts: CartService): Mountable[] => [
  endpoint(cartApi.getCart, async (input) => ({ cart: await carts.view(await openCart(carts, input)) })),
  endpoint(cartApi.clearCart, async (input) => {
    await carts.clear(await openCart(carts, input));
    return undefined;
  }),
  endpoint(cartApi.addToCart, async (input) => {
    const { cart, newGuest } = await carts.add(await openCart(carts, input), input.body);
    if (newGuest !== undefined) keepCart(input, newGuest);
    return { cart };
  }),
  endpoint(cartApi.setCartItem, async (input) => {
    const { productId } = input.params;
    const { quantity } = input.body;
    return { cart: await carts.set(await openCart(carts, input), { productId, quantity }) };
  }),
  endpoint(cartApi.removeCartItem, async (input) => ({
    cart: await carts.remove(await openCart(carts, input), input.params.productId),
  })),
  endpoint(cartApi.cartItems, async (input) => ({ items: await carts.items(await openCart(carts, input)) })),
];
