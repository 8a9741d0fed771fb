import { z } from 'zod';
import { problemSchema } from './errors';
import { moneySchema } from './money';
import { operation } from './operation';
import {
  destinationSchema,
  discountCodeSchema,
  itemsSchema,
  orderLineSchema,
  quoteTotalsSchema,
} from './orders';
import { idSchema, pageOf, pageQuery, timeSchema } from './page';

export const quoteSchema = z.object({
  items: z.array(orderLineSchema.extend({ available: z.int() })),
  totals: quoteTotalsSchema,
});
export type Quote = z.infer<typeof quoteSchema>;

/** What a basket costs. A discount code that cannot be used is left out, and `discountProblem` says so. */
export const calculationSchema = quoteSchema.extend({
  discountProblem: z.object({ code: z.literal('discount_invalid'), title: z.string() }).optional(),
});
export type Calculation = z.infer<typeof calculationSchema>;

export const paymentSchema = z.object({
  id: idSchema,
  type: z.enum(['capture', 'refund']),
  status: z.enum(['pending', 'succeeded', 'failed']),
  amount: moneySchema,
  createdAt: timeSchema,
});
export type Payment = z.infer<typeof paymentSchema>;

/** `value` is whole percent (1 to 100) for `percent`, minor units for `fixed`. */
const discountFields = {
  code: discountCodeSchema,
  type: z.enum(['percent', 'fixed']),
  value: z.int().min(1).max(1_000_000_000),
  minimum: moneySchema.optional(),
  startsAt: timeSchema.optional(),
  endsAt: timeSchema.optional(),
  usageLimit: z.int().min(1).max(1_000_000_000).optional(),
};
export const discountSchema = z.object({ ...discountFields, used: z.int() });
export type Discount = z.infer<typeof discountSchema>;
export const discountBody = z
  .strictObject(discountFields)
  .refine((discount) => discount.type !== 'percent' || discount.value <= 100, {
    path: ['value'],
    message: 'at most 100 percent',
  })
  .refine((discount) => !discount.startsAt || !discount.endsAt || discount.startsAt < discount.endsAt, {
    path: ['endsAt'],
    message: 'ends before it starts',
  });
/** Absent fields stay unchanged; null clears a field. */
export const discountPatch = z
  .strictObject({
    value: discountFields.value,
    minimum: moneySchema.nullable(),
    startsAt: timeSchema.nullable(),
    endsAt: timeSchema.nullable(),
    usageLimit: z.int().min(1).max(1_000_000_000).nullable(),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change');

const discountParams = z.strictObject({ code: discountCodeSchema });
const discountAnswer = z.object({ discount: discountSchema });

/** With `claimUse`, one use of the discount code is claimed for that order, once. */
const quoteRequest = z.strictObject({
  items: itemsSchema,
  discountCode: discountCodeSchema.optional(),
  shippingAddress: destinationSchema.optional(),
  userId: idSchema.optional(),
  claimUse: z.strictObject({ orderId: idSchema }).optional(),
});
export type QuoteRequest = z.input<typeof quoteRequest>;

const service = 'payments';
const tag = 'payments';
export const paymentsApi = {
  calculate: operation({
    id: 'calculateTotals',
    method: 'post',
    path: '/api/payments/calculate',
    service,
    tag,
    summary: 'Price a basket',
    description:
      'Subtotal, discount, tax, shipping and total of the items that are sent, or else of the cart. Without an address the default tax rate applies. A discount code that cannot be used is left out of the totals and named in `discountProblem`.',
    access: 'anyone',
    body: z.strictObject({
      items: itemsSchema.optional(),
      discountCode: discountCodeSchema.optional(),
      shippingAddress: destinationSchema.optional(),
    }),
    cookies: ['cart'],
    responses: { 200: calculationSchema },
  }),
  list: operation({
    id: 'listPayments',
    method: 'get',
    path: '/api/payments',
    service,
    tag,
    summary: 'List the payments of an order',
    description: 'Captures and refunds, for the buyer and for admins.',
    access: 'user',
    query: z.strictObject({ orderId: idSchema, ...pageQuery }),
    responses: { 200: pageOf(paymentSchema) },
  }),
  listDiscounts: operation({
    id: 'listDiscounts',
    method: 'get',
    path: '/api/discounts',
    service,
    tag,
    summary: 'List discount codes',
    description: 'For admins.',
    access: ['admin'],
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(discountSchema) },
  }),
  createDiscount: operation({
    id: 'createDiscount',
    method: 'post',
    path: '/api/discounts',
    service,
    tag,
    summary: 'Make a discount code',
    description: 'A code that exists already is 409 `discount_exists`.',
    access: ['admin'],
    body: discountBody,
    responses: { 201: discountAnswer },
  }),
  patchDiscount: operation({
    id: 'changeDiscount',
    method: 'patch',
    path: '/api/discounts/:code',
    service,
    tag,
    summary: 'Change a discount code',
    description: 'Changes the fields that are sent; null clears a field.',
    access: ['admin'],
    params: discountParams,
    body: discountPatch,
    responses: { 200: discountAnswer },
  }),
  removeDiscount: operation({
    id: 'deleteDiscount',
    method: 'delete',
    path: '/api/discounts/:code',
    service,
    tag,
    summary: 'Delete a discount code',
    description: 'Orders that used the code keep their discount.',
    access: ['admin'],
    params: discountParams,
    responses: { 204: null },
  }),
  stripeWebhook: operation({
    id: 'receiveStripeWebhook',
    method: 'post',
    path: '/api/payments/webhooks/stripe',
    service,
    tag,
    summary: 'Receive a notification of Stripe',
    description: 'The raw body is checked against the `Stripe-Signature` header.',
    access: 'anyone',
    signedBy: 'stripe',
    responses: { 204: null },
  }),
  /** Prices items for orders and carts. With `claimUse`, one use of the discount code is claimed for that order, once. */
  quote: operation({
    id: 'quoteItems',
    method: 'post',
    path: '/internal/quotes',
    service,
    tag,
    summary: 'Price items',
    access: 'service',
    body: quoteRequest,
    responses: { 200: quoteSchema },
  }),
  /** Up to 64 quotes in one call. Each is answered by its quote or by a problem document, in the same order. */
  quotes: operation({
    id: 'quoteBaskets',
    method: 'post',
    path: '/internal/quotes/batch',
    service,
    tag,
    summary: 'Price several baskets',
    access: 'service',
    body: z.strictObject({ quotes: z.array(quoteRequest).min(1).max(64) }),
    responses: {
      200: z.object({
        items: z.array(z.union([z.object({ quote: quoteSchema }), z.object({ problem: problemSchema })])),
        /** True when the shop has no payment method, so that no order may be placed. */
        checkoutClosed: z.boolean().optional(),
      }),
    },
  }),
};
