import { z } from 'zod';
import { operation } from './operation';
import { itemSchema, MAX_QUANTITY, orderLineSchema, quoteTotalsSchema } from './orders';
import { idSchema } from './page';

/** A cart's lines carry today's prices; `available` lets the shop say how many are left. */
export const cartSchema = z.object({
  items: z.array(orderLineSchema.extend({ available: z.int() })),
  totals: quoteTotalsSchema,
});
export type Cart = z.infer<typeof cartSchema>;

const answer = z.object({ cart: cartSchema });
const itemParams = z.strictObject({ productId: idSchema });
const service = 'orders';
const tag = 'cart';

export const cartApi = {
  getCart: operation({
    method: 'get',
    path: '/api/cart',
    service,
    tag,
    summary: 'The cart',
    access: 'anyone',
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  clearCart: operation({
    method: 'delete',
    path: '/api/cart',
    service,
    tag,
    summary: 'Empty the cart',
    access: 'anyone',
    cookies: ['cart'],
    responses: { 204: null },
  }),
  addToCart: operation({
    method: 'post',
    path: '/api/cart/items',
    service,
    tag,
    summary: 'Add to the cart',
    access: 'anyone',
    body: itemSchema,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  setCartItem: operation({
    method: 'patch',
    path: '/api/cart/items/:productId',
    service,
    tag,
    summary: 'Set a quantity',
    access: 'anyone',
    params: itemParams,
    body: z.strictObject({ quantity: z.int().min(1).max(MAX_QUANTITY) }),
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  removeCartItem: operation({
    method: 'delete',
    path: '/api/cart/items/:productId',
    service,
    tag,
    summary: 'Take out of the cart',
    access: 'anyone',
    params: itemParams,
    cookies: ['cart'],
    responses: { 200: answer },
  }),
  /** The caller's cart as items, for a quote by payments. */
  cartItems: operation({
    method: 'get',
    path: '/internal/cart',
    service,
    tag,
    summary: 'Items of the cart',
    access: 'service',
    cookies: ['cart'],
    responses: { 200: z.object({ items: z.array(itemSchema) }) },
  }),
};
