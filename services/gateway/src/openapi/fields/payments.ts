import {
  calculationSchema,
  discountBody,
  discountPatch,
  discountSchema,
  paymentsApi,
  paymentSchema,
  quoteSchema,
} from '@bramble/contracts/payments';
import { shopApi } from '@bramble/contracts/shop';
import { describeFields } from './describe-fields';
import { pricedLineTexts } from './orders';
import { pageOfTexts, pageTexts } from './shared';

const quoteTexts = {
  items: 'The lines at the prices of this moment, in the order of the request.',
  totals: 'The sums of the basket; nothing is reserved, and prices may change.',
};
const limitTexts = {
  minimum: 'The least that the goods must be worth before the discount; absent when any basket will do.',
  startsAt: 'From when on the code can be used, in UTC; absent when it could be from the start.',
  endsAt: 'From when on it cannot be used any more, in UTC; absent when it does not end.',
  usageLimit: 'The number of orders that may use the code; absent when there is no limit.',
};
const discountTexts = {
  code: 'What buyers type, in capitals.',
  type: '`percent` takes a share off the goods, `fixed` an amount, but never more than they are worth.',
  value: 'Whole percent, 1 to 100, for `percent`; minor units of the currency of the shop for `fixed`.',
  ...limitTexts,
};

export const paymentFields = [
  describeFields(quoteSchema, quoteTexts),
  describeFields(quoteSchema.shape.items.element, pricedLineTexts),
  describeFields(calculationSchema, {
    ...quoteTexts,
    discountProblem: 'Why the discount code was left out; absent when it counts or none was sent.',
  }),
  describeFields(calculationSchema.shape.discountProblem.unwrap(), {
    code: 'The same for every reason, so that nobody learns which codes exist.',
    title: 'One sentence for the buyer.',
  }),
  describeFields(paymentsApi.calculate.body, {
    items: 'What to price; without it the cart of the caller.',
    discountCode: 'A code to try; ten failures within ten minutes are followed by 429.',
    shippingAddress:
      'Where the goods would go, as far as it is known; without it tax of the default rate and delivery within the EU are shown.',
  }),
  describeFields(paymentSchema, {
    id: 'The id of the payment in this shop, not at the provider.',
    type: '`capture` takes money from the buyer, `refund` gives some of it back.',
    status: 'Whether the money has moved: `pending` until the provider says so, `failed` when it did not.',
    amount: 'How much was taken or given back; never negative, for refunds either.',
    createdAt: 'When the shop asked for it, in UTC.',
  }),
  describeFields(paymentsApi.list.query, {
    ...pageTexts,
    orderId: "The order whose payments are listed; another buyer's order is 404.",
  }),
  describeFields(
    paymentsApi.list.responses[200],
    pageOfTexts('Captures, declined ones as `failed`, and refunds; empty until the first charge.'),
  ),
  describeFields(discountSchema, {
    ...discountTexts,
    used: 'The number of orders that used the code; one that failed or was cancelled gives its use back.',
  }),
  describeFields(discountBody, discountTexts),
  describeFields(discountPatch, {
    value: discountTexts.value,
    minimum: 'The least that the goods must be worth before the discount; null for any basket.',
    startsAt: 'From when on the code can be used, in UTC; null for at once.',
    endsAt: 'From when on it cannot be used any more, in UTC; null for no end.',
    usageLimit: 'The number of orders that may use the code, former ones included; null for no limit.',
  }),
  describeFields(paymentsApi.listDiscounts.query, pageTexts),
  describeFields(
    paymentsApi.listDiscounts.responses[200],
    pageOfTexts('Discount codes in the order of the alphabet, those that have ended included.'),
  ),
  describeFields(paymentsApi.createDiscount.responses[201], {
    discount: 'The new code; it can be used at once unless `startsAt` says later.',
  }),
  describeFields(paymentsApi.patchDiscount.responses[200], {
    discount: 'The code after the change, which does not touch orders that used it.',
  }),
  describeFields(shopApi.shop.responses[200], {
    currency: 'The ISO 4217 code of the one currency that this shop trades in.',
    paymentMethods: 'How orders can be paid; empty while the checkout is closed.',
    demo: 'True when the goods and the money of this shop are not real.',
  }),
  describeFields(shopApi.shop.responses[200].shape.paymentMethods.element, {
    type: '`stripe` takes real cards, `sandbox` test cards only.',
  }),
];
