import { z } from 'zod';
import { MAX_ADDRESS_LINE, MAX_LINES, MAX_PHONE, MAX_PLACE, MAX_POSTAL_CODE, MAX_QUANTITY } from './limits';
import { moneySchema } from './money';
import { operation } from './operation';
import { idParams, idSchema, pageOf, pageQuery, timeSchema } from './page';

export const countrySchema = z.string().regex(/^[A-Z]{2}$/);
export const addressSchema = z.strictObject({
  name: z.string().trim().min(1).max(MAX_PLACE),
  line1: z.string().trim().min(1).max(MAX_ADDRESS_LINE),
  line2: z.string().trim().max(MAX_ADDRESS_LINE).optional(),
  city: z.string().trim().min(1).max(MAX_PLACE),
  region: z.string().trim().max(MAX_PLACE).optional(),
  postalCode: z.string().trim().min(1).max(MAX_POSTAL_CODE),
  country: countrySchema,
  phone: z.string().trim().max(MAX_PHONE).optional(),
});
export type Address = z.infer<typeof addressSchema>;
/** Where goods go to, as far as it is known while a basket is priced: the country at least. */
export const destinationSchema = addressSchema.partial({
  name: true,
  line1: true,
  city: true,
  postalCode: true,
});

export const orderStatusSchema = z.enum([
  'PENDING',
  'RESERVED',
  'PAID',
  'SHIPPED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'REFUNDED',
]);
export type OrderStatus = z.infer<typeof orderStatusSchema>;
export const failureReasonSchema = z.enum([
  'out_of_stock',
  'product_unavailable',
  'payment_expired',
  'timeout',
]);
export type FailureReason = z.infer<typeof failureReasonSchema>;

/** A product and a quantity, as a client sends them. */
export const itemSchema = z.strictObject({ productId: idSchema, quantity: z.int().min(1).max(MAX_QUANTITY) });
export type Item = z.infer<typeof itemSchema>;
/** Merges items of the same product: the quantities are added, and the first item's position is kept. */
export function mergeItems(items: readonly Item[]): Item[] {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items)
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}
export const itemsSchema = z.array(itemSchema).min(1).max(MAX_LINES);

/** A priced line. Prices include tax; `lineTotal` = `unitPrice` × `quantity`. */
export const orderLineSchema = z.object({
  productId: idSchema,
  sellerId: idSchema,
  title: z.string(),
  unitPrice: moneySchema,
  quantity: z.int(),
  lineTotal: moneySchema,
});
export type OrderLine = z.infer<typeof orderLineSchema>;

/** total = subtotal − discount + shipping; `tax` is the part contained in total, rounded half up per rate. */
export const quoteTotalsSchema = z.object({
  subtotal: moneySchema,
  discount: moneySchema,
  tax: moneySchema,
  shipping: moneySchema,
  total: moneySchema,
});
export type QuoteTotals = z.infer<typeof quoteTotalsSchema>;
export const orderTotalsSchema = quoteTotalsSchema.extend({ refunded: moneySchema });
export type OrderTotals = z.infer<typeof orderTotalsSchema>;

const paymentStatusSchema = z.enum(['none', 'pending', 'declined', 'captured', 'refunding', 'refunded']);
const timelineEntrySchema = z.object({
  status: z.string(),
  at: timeSchema,
  detail: z.string().optional(),
});
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const orderSchema = z.object({
  id: idSchema,
  /** The order number for people: letters and digits without look-alikes. */
  number: z.string(),
  userId: idSchema,
  status: orderStatusSchema,
  failureReason: failureReasonSchema.optional(),
  payment: z.object({ status: paymentStatusSchema, attempts: z.int() }),
  expiresAt: timeSchema.optional(),
  items: z.array(orderLineSchema),
  totals: orderTotalsSchema,
  shippingAddress: addressSchema,
  /** The buyer's account is erased: of the address only the country is left. */
  buyerErased: z.literal(true).optional(),
  timeline: z.array(timelineEntrySchema),
  version: z.int(),
  createdAt: timeSchema,
});
export type Order = z.infer<typeof orderSchema>;

export const paymentMethodSchema = z.strictObject({
  token: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[A-Za-z0-9_-]+$/),
});
export const discountCodeSchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9_-]{2,32}$/);

const placeOrderBody = z.strictObject({
  items: itemsSchema.optional(),
  shippingAddress: addressSchema,
  paymentMethod: paymentMethodSchema,
  discountCode: discountCodeSchema.optional(),
  expectedTotal: moneySchema.optional(),
});
export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

const refundBody = z.strictObject({
  amount: moneySchema.refine((amount) => amount.amount >= 1, 'at least 1 minor unit').optional(),
  restock: z.boolean().optional(),
  reason: z.string().trim().max(500).optional(),
});

export const reportRowSchema = z.object({
  key: z.string(),
  title: z.string().optional(),
  orders: z.int(),
  quantity: z.int(),
  revenue: moneySchema,
});
export type ReportRow = z.infer<typeof reportRowSchema>;

/** A line that a seller sold. */
export const saleSchema = orderLineSchema.extend({
  orderId: idSchema,
  number: z.string(),
  status: orderStatusSchema,
  createdAt: timeSchema,
});
export type Sale = z.infer<typeof saleSchema>;

const orderAnswer = z.object({ order: orderSchema });
const orderPage = pageOf(orderSchema);
const dayOrTime = z.union([z.iso.date(), z.iso.datetime()]);

const service = 'orders';
const tag = 'orders';
export const ordersApi = {
  place: operation({
    id: 'placeOrder',
    method: 'post',
    path: '/api/orders',
    service,
    tag,
    summary: 'Place an order',
    description:
      'Orders the items that are sent, or else the cart, which is emptied. The answer comes before stock is reserved and money is taken: follow the order by its id. A total other than `expectedTotal` is 409 `price_changed` with the new totals. A shop without a payment method answers 409 `checkout_closed`. An account or an address with too many unpaid orders, or with too much of a product in them, gets 409 `too_many_unpaid_orders`.',
    access: 'user',
    body: placeOrderBody,
    idempotent: true,
    changes: 'catalogue',
    cookies: ['cart'],
    responses: { 202: orderAnswer },
  }),
  list: operation({
    id: 'listMyOrders',
    method: 'get',
    path: '/api/orders',
    service,
    tag,
    summary: 'List my orders, newest first',
    description: 'The orders of the account that calls.',
    access: 'user',
    query: z.strictObject({ status: orderStatusSchema.optional(), ...pageQuery }),
    responses: { 200: orderPage },
  }),
  get: operation({
    id: 'getOrder',
    method: 'get',
    path: '/api/orders/:id',
    service,
    tag,
    summary: 'Read an order with its timeline',
    description: 'For its buyer and for admins.',
    access: 'user',
    params: idParams,
    responses: { 200: orderAnswer },
  }),
  /** For a service that was asked about an order: `not_found` unless the user for whom it asks may see the order. */
  visible: operation({
    id: 'checkOrder',
    method: 'get',
    path: '/internal/orders/:id',
    service,
    tag,
    summary: 'Whether a user may see an order',
    access: 'service',
    params: idParams,
    responses: { 204: null },
  }),
  cancel: operation({
    id: 'cancelOrder',
    method: 'post',
    path: '/api/orders/:id/cancel',
    service,
    tag,
    summary: 'Cancel an order',
    description:
      'Until the parcel is shipped: stock goes back on sale and captured money is returned. Later it is 409 `order_not_cancellable`.',
    access: 'user',
    params: idParams,
    changes: 'catalogue',
    responses: { 200: orderAnswer },
  }),
  refund: operation({
    id: 'refundOrder',
    method: 'post',
    path: '/api/orders/:id/refund',
    service,
    tag,
    summary: 'Refund an order, wholly or in part',
    description: 'Without `amount` everything that is left is refunded and the order ends as REFUNDED.',
    access: ['admin'],
    params: idParams,
    body: refundBody,
    idempotent: true,
    changes: 'catalogue',
    responses: { 200: orderAnswer },
  }),
  checkout: operation({
    id: 'retryPayment',
    method: 'post',
    path: '/api/payments/checkout',
    service,
    tag,
    summary: 'Pay an order with another card',
    description:
      'After a decline, while the reservation lasts. While a payment is unsettled it is 409 `payment_in_progress`.',
    access: 'user',
    body: z.strictObject({ orderId: idSchema, paymentMethod: paymentMethodSchema }),
    idempotent: true,
    responses: { 202: orderAnswer },
  }),
  adminList: operation({
    id: 'listOrders',
    method: 'get',
    path: '/api/admin/orders',
    service,
    tag,
    summary: 'List all orders',
    description: 'For admins: filter by status, or find by the beginning of the number (`q`).',
    access: ['admin'],
    query: z.strictObject({
      status: orderStatusSchema.optional(),
      q: z.string().trim().max(64).optional(),
      ...pageQuery,
    }),
    responses: { 200: orderPage },
  }),
  sales: operation({
    id: 'listMySales',
    method: 'get',
    path: '/api/orders/sales',
    service,
    tag,
    summary: 'List the lines that I sold',
    description: 'For sellers, newest first.',
    access: ['seller', 'admin'],
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(saleSchema) },
  }),
  salesReport: operation({
    id: 'reportSales',
    method: 'get',
    path: '/api/reports/sales',
    service,
    tag,
    summary: 'Sum up sales by day, product or seller',
    description: 'Orders count from PAID on; cancelled and refunded orders are taken out.',
    access: ['seller', 'admin'],
    query: z.strictObject({
      from: dayOrTime.optional(),
      to: dayOrTime.optional(),
      groupBy: z.enum(['day', 'product', 'seller']).default('day'),
    }),
    responses: { 200: z.object({ items: z.array(reportRowSchema) }) },
  }),
};
