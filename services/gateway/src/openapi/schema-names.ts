import { cartSchema } from '@bramble/contracts/cart';
import { z } from 'zod';
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
import { discountSchema, paymentSchema, quoteSchema } from '@bramble/contracts/payments';
import { adminUserSchema, auditEntrySchema, profileSchema, userSchema } from '@bramble/contracts/users';

/** What the document describes once, by name, instead of wherever it occurs. */
export const schemaNames = z.registry<{ id: string }>();

const named: Readonly<Record<string, z.ZodType>> = {
  Money: moneySchema,
  User: userSchema,
  AdminUser: adminUserSchema,
  Profile: profileSchema,
  AuditEntry: auditEntrySchema,
  Product: productSchema,
  Picture: pictureSchema,
  Category: categorySchema,
  Address: addressSchema,
  OrderLine: orderLineSchema,
  QuoteTotals: quoteTotalsSchema,
  OrderTotals: orderTotalsSchema,
  Order: orderSchema,
  Cart: cartSchema,
  Sale: saleSchema,
  ReportRow: reportRowSchema,
  Quote: quoteSchema,
  Payment: paymentSchema,
  Discount: discountSchema,
  Delivery: deliverySchema,
  Health: healthSchema,
  DeadLetter: deadLetterSchema,
};
for (const [id, schema] of Object.entries(named)) schemaNames.add(schema, { id });
