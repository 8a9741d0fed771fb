import { cartApi, cartSchema } from '@bramble/contracts/cart';
import {
  addressSchema,
  destinationSchema,
  itemSchema,
  orderLineSchema,
  ordersApi,
  orderSchema,
  orderTotalsSchema,
  paymentMethodSchema,
  quoteTotalsSchema,
  reportRowSchema,
  saleSchema,
} from '@bramble/contracts/orders';
import { describeFields } from './describe-fields';
import { pageOfTexts, pageTexts } from './shared';

const lineTexts = {
  productId: 'The product that the line is about; it may have been withdrawn since.',
  sellerId: 'The account that sells the product.',
  title: 'The title of the product when the line was priced.',
  unitPrice: 'The price of one unit when the line was priced, tax included.',
  quantity: 'The number of units.',
  lineTotal: '`unitPrice` times `quantity`, before any discount.',
};
/** The fields of a line whose price is not agreed yet. */
export const pricedLineTexts = {
  ...lineTexts,
  available: 'The units of the product that can be bought now, which may be fewer than `quantity`.',
};
const totalsTexts = {
  subtotal: 'The sum of all lines.',
  discount: 'What the discount code takes off; 0 without a code.',
  tax: 'The tax contained in `total`, at the rate of the destination; it is not added.',
  shipping:
    'The price of delivery to the destination; 0 for an empty cart, and within Europe when the goods are worth enough.',
  total: 'What is to be paid: `subtotal` minus `discount` plus `shipping`.',
};
const addressTexts = {
  name: 'Who receives the parcel.',
  line1: 'Street and number, or what stands for them.',
  line2: 'A second line, such as a flat or a company; absent when there is none.',
  city: 'The town, in the spelling of its country.',
  region: 'The state or province, for countries whose addresses have one.',
  postalCode: 'The postcode as text, since it may have letters and leading zeros.',
  country: 'The ISO 3166 alpha-2 code in capitals; it decides tax and shipping.',
  phone: 'A number for the courier; absent when the buyer gave none.',
};
const orderStatus = 'Only orders that are in this state now.';
const card = 'The card to charge; it is kept only until the payment is settled.';

const orderFields = [
  describeFields(itemSchema, {
    productId: 'The product to buy.',
    quantity: 'The number of units; the same product in several items is added up.',
  }),
  describeFields(orderLineSchema, lineTexts),
  describeFields(quoteTotalsSchema, totalsTexts),
  describeFields(orderTotalsSchema, {
    ...totalsTexts,
    refunded: 'What was given back so far, refunds that are still on their way included.',
  }),
  describeFields(addressSchema, addressTexts),
  describeFields(destinationSchema, {
    ...addressTexts,
    country: 'The ISO 3166 alpha-2 code in capitals; the only part that prices depend on.',
  }),
  describeFields(paymentMethodSchema, {
    token:
      'What the payment provider made of the card; the shop never sees a card number. Test cards are `tok_visa` and `tok_declined`.',
  }),
  describeFields(orderSchema, {
    id: 'The id of the order for programs; ids of later orders sort after it.',
    number: 'The order number for people, `BR-` and 8 letters and digits that are hard to confuse.',
    userId: 'The account that bought; it stays when that account is erased.',
    status:
      'The state of the order: FAILED, CANCELLED and REFUNDED are final; a COMPLETED order can still be refunded.',
    failureReason: 'Why the order failed; present with the state FAILED alone.',
    payment: 'How far the payment is.',
    expiresAt:
      'Until when stock is set aside and the payment may be tried; absent once the order is paid or has ended.',
    items: 'The lines with the prices at which they were ordered.',
    totals: 'The sums of the order, which do not change except for `refunded`.',
    shippingAddress: 'Where the parcel goes; only the buyer and staff see it.',
    buyerErased: 'Present when the account of the buyer is erased: of the address only the country is left.',
    timeline: 'What happened to the order, the oldest entry first.',
    version: 'Rises with each step of the order, also with steps that the timeline does not show.',
    createdAt: 'When the order was placed, in UTC.',
  }),
  describeFields(orderSchema.shape.payment, {
    status:
      'The state of the money: `pending` while a card is charged, `refunding` until each refund has arrived.',
    attempts: 'The number of charges that were tried, declined ones included.',
  }),
  describeFields(orderSchema.shape.timeline.element, {
    status: 'A state of the order, or the kind of event when the state stayed, such as `PAYMENT_DECLINED`.',
    at: 'When it happened, in UTC.',
    detail:
      'More about it, such as the reason of a decline or a refund; absent when there is nothing to say.',
  }),
  describeFields(ordersApi.place.body, {
    items: 'What to buy; without it the cart is bought and emptied.',
    shippingAddress: 'Where the parcel goes; it decides tax and shipping.',
    paymentMethod: card,
    discountCode: 'A code that takes something off; one that cannot be used is 400 `discount_invalid`.',
    expectedTotal:
      'The total that the buyer saw; another total is 409 `price_changed`, and nothing is ordered.',
  }),
  describeFields(ordersApi.list.query, { ...pageTexts, status: orderStatus }),
  describeFields(
    ordersApi.list.responses[200],
    pageOfTexts('Orders, newest first: the own ones, or in the list for admins those of all buyers.'),
  ),
  describeFields(ordersApi.get.responses[200], {
    order: 'The order as it is at the moment of this answer; stock, payment and delivery go on after it.',
  }),
  describeFields(ordersApi.refund.body, {
    amount: 'What to give back now; without it all that is left.',
    restock:
      'True puts the goods back on sale, which only a refund of all that is left may do; false if absent.',
    reason: 'Why, in words; the buyer reads them in the timeline.',
  }),
  describeFields(ordersApi.checkout.body, {
    orderId: 'An own order whose payment was declined and whose reservation lasts.',
    paymentMethod: card,
  }),
  describeFields(ordersApi.adminList.query, {
    ...pageTexts,
    status: orderStatus,
    q: 'The beginning of an order number, with or without `BR-`, in small or capital letters.',
  }),
];

const salesFields = [
  describeFields(saleSchema, {
    ...lineTexts,
    orderId: 'The order of the line; its seller cannot read the rest of that order.',
    number: 'The number of that order for people, to talk about it with the buyer.',
    status: 'The present state of that order; it was paid at some time.',
    createdAt: 'When that order was placed, in UTC.',
  }),
  describeFields(ordersApi.sales.query, pageTexts),
  describeFields(
    ordersApi.sales.responses[200],
    pageOfTexts('Lines of paid orders, the newest order first; for an admin those of all sellers.'),
  ),
  describeFields(reportRowSchema, {
    key: 'The day in UTC, the id of the product or the id of the seller, as `groupBy` says.',
    title: 'The latest title of the product; absent unless products are summed up.',
    orders: 'The number of different orders.',
    quantity: 'The number of units sold.',
    revenue: 'The sum of the lines, tax included, without shipping and before discounts.',
  }),
  describeFields(ordersApi.salesReport.query, {
    from: 'Only what was paid on this day (UTC) or at this time, or later.',
    to: 'Only what was paid up to this day, which is included, or before this time, which is not.',
    groupBy: 'What one row sums up: days come in their order, products and sellers by revenue.',
  }),
  describeFields(ordersApi.salesReport.responses[200], {
    items: 'One row for each day, product or seller that sold something; not in pages.',
  }),
];

const cartFields = [
  describeFields(cartSchema, {
    items: 'The lines in the order in which they were added; a product that is withdrawn leaves the cart.',
    totals: 'The sums at the prices of this moment, without any discount.',
  }),
  describeFields(cartSchema.shape.items.element, pricedLineTexts),
  describeFields(cartApi.getCart.query, {
    country:
      'The ISO 3166 alpha-2 code of where the goods would go; without it the tax of the default rate and delivery within the EU are shown.',
  }),
  describeFields(cartApi.getCart.responses[200], {
    cart: 'The whole cart as it is after this call.',
  }),
  describeFields(cartApi.setCartItem.body, {
    quantity: 'The number of units from now on, not one to add; to remove a product, delete its line.',
  }),
];

export const orderingFields = [...orderFields, ...salesFields, ...cartFields];
