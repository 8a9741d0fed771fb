import { z } from 'zod';
import { MAX_QUANTITY } from './limits';
import { operation } from './operation';
import { countrySchema, itemSchema, orderLineSchema, quoteTotalsSchema } from './orders';
import { idSchema } from './page';

/** A cart with current prices; `available` is the stock of each product. */
export const cartSchema = z.object({
  items: z.array(orderLineSchema.extend({ available: z.int() })),
  totals: quoteTotalsSchema,
});
export type Cart = z.infer<typeof cartSchema>;

const answer = z.object({ cart: cartSchema });
/** Where the goods would go; without it, the tax of the default rate and delivery within the EU are shown. */
const destination = z.strictObject({ country: countrySchema.optional() });
const itemParams = z.strictObject({ productId: idSchema });
const service = 'orders';
const tag = 'cart';

export const cartApi = {
  getCart: operation({
    id: 'getCart',
    method: 'get',
    path: '/api/cart',
    service,
    tag,
    summary: 'Read the cart',
    description:
      "The cart of the account, or of the cookie of a visitor without a session, with today's prices, and the tax and delivery of `country`.",
    access: 'anyone',
    query: destination,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  clearCart: operation({
    id: 'clearCart',
    method: 'delete',
    path: '/api/cart',
    service,
    tag,
    summary: 'Empty the cart',
    description: 'Removes every item.',
    access: 'anyone',
    cookies: ['cart'],
    responses: { 204: null },
  }),
  addToCart: operation({
    id: 'addCartItem',
    method: 'post',
    path: '/api/cart/items',
    service,
    tag,
    summary: 'Add a product to the cart',
    description: 'Adds to the quantity that is in the cart already.',
    access: 'anyone',
    body: itemSchema,
    query: destination,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  setCartItem: operation({
    id: 'setCartItem',
    method: 'patch',
    path: '/api/cart/items/:productId',
    service,
    tag,
    summary: 'Set the quantity of a product in the cart',
    description: 'Replaces the quantity.',
    access: 'anyone',
    params: itemParams,
    body: z.strictObject({ quantity: z.int().min(1).max(MAX_QUANTITY) }),
    query: destination,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  removeCartItem: operation({
    id: 'removeCartItem',
    method: 'delete',
    path: '/api/cart/items/:productId',
    service,
    tag,
    summary: 'Remove a product from the cart',
    description: 'Answers with the cart also when the product was not in it.',
    access: 'anyone',
    params: itemParams,
    query: destination,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  /** The caller's cart as items, for a quote by payments. */
  cartItems: operation({
    id: 'readCartItems',
    method: 'get',
    path: '/internal/cart',
    service,
    tag,
    summary: 'Items of a cart',
    access: 'service',
    cookies: ['cart'],
    responses: { 200: z.object({ items: z.array(itemSchema) }) },
  }),
};
