import { z } from 'zod';
import { cartSchema } from '@bramble/contracts/cart';
import { categorySchema, pictureSchema, productSchema } from '@bramble/contracts/catalog';
import { deliverySchema } from '@bramble/contracts/delivery';
import { deadLetterSchema, healthSchema } from '@bramble/contracts/gateway';
import { moneySchema } from '@bramble/contracts/money';
import {
  addressSchema,
  orderLineSchema,
  orderSchema,
  orderTotalsSchema,
  quoteTotalsSchema,
  reportRowSchema,
  saleSchema,
} from '@bramble/contracts/orders';
import { calculationSchema, discountSchema, paymentSchema, quoteSchema } from '@bramble/contracts/payments';
import { adminUserSchema, auditEntrySchema, profileSchema, userSchema } from '@bramble/contracts/users';
import { address, buyer, discount, product } from './examples/values';

interface NamedSchema {
  readonly schema: z.ZodType;
  readonly description: string;
  readonly example?: unknown;
}

/** Every schema with a name of its own, by that name. */
export const namedSchemas: Readonly<Record<string, NamedSchema>> = {
  Money: {
    schema: moneySchema,
    description: 'An amount in integer minor units (cents) of the currency of the shop.',
    example: product.price,
  },
  User: {
    schema: userSchema,
    description: 'An account.',
    example: buyer,
  },
  AdminUser: { schema: adminUserSchema, description: 'An account as an admin sees it.' },
  Profile: {
    schema: profileSchema,
    description: 'Known fields, and any other key with any JSON; 16 kB in all.',
  },
  AuditEntry: { schema: auditEntrySchema, description: 'What an admin did, to what, and when.' },
  Product: {
    schema: productSchema,
    description:
      'A product. `version` counts edits, `stock.revision` changes of stock; the price includes tax.',
    example: product,
  },
  Picture: { schema: pictureSchema, description: 'A picture; `url` is a path of this shop.' },
  Category: { schema: categorySchema, description: 'A category and the number of its products.' },
  Address: {
    schema: addressSchema,
    description: 'A postal address; `country` is an ISO 3166 alpha-2 code.',
    example: address,
  },
  OrderLine: {
    schema: orderLineSchema,
    description: 'A priced line. Prices include tax; `lineTotal` is `unitPrice` times `quantity`.',
  },
  QuoteTotals: {
    schema: quoteTotalsSchema,
    description: '`total` is subtotal minus discount plus shipping; `tax` is the part contained in it.',
  },
  OrderTotals: {
    schema: orderTotalsSchema,
    description: 'The totals of an order, and what was refunded of it.',
  },
  Order: { schema: orderSchema, description: 'An order with its lines, totals, payment and timeline.' },
  Cart: { schema: cartSchema, description: 'The basket with the prices of this moment.' },
  Sale: { schema: saleSchema, description: 'A line of an order, as its seller sees it.' },
  ReportRow: {
    schema: reportRowSchema,
    description: 'Sums for one `key`: a day, a product id or a seller id, as `groupBy` says.',
  },
  Quote: { schema: quoteSchema, description: 'Priced lines and totals.' },
  Calculation: {
    schema: calculationSchema,
    description: 'Priced lines and totals, and what is wrong with the discount code.',
  },
  Payment: { schema: paymentSchema, description: 'A capture or a refund of an order.' },
  Discount: {
    schema: discountSchema,
    description: 'A discount code. `value` is whole percent for `percent`, minor units for `fixed`.',
    example: discount,
  },
  Delivery: { schema: deliverySchema, description: 'Where the parcel of an order is.' },
  Health: { schema: healthSchema, description: 'The state of the shop and of each service.' },
  DeadLetter: { schema: deadLetterSchema, description: 'An event that a consumer gave up, with the cause.' },
};

/** The schemas that become components of the document, by name. */
export const schemaNames = z.registry<{ id: string; description: string; examples?: unknown[] }>();
for (const [id, { schema, description, example }] of Object.entries(namedSchemas))
  schemaNames.add(schema, { id, description, ...(example === undefined ? {} : { examples: [example] }) });
