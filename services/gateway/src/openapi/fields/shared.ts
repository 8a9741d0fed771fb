import { problemSchema } from '@bramble/contracts/errors';
import { moneySchema } from '@bramble/contracts/money';
import { describeFields } from './describe-fields';

/** The query parameters of every list. */
export const pageTexts = {
  limit: 'The largest number of items in the answer.',
  cursor:
    'The `nextCursor` of the page before; absent for the first page. The other parameters stay the same.',
};

/** The fields of every list. */
export const pageOfTexts = (items: string) => ({
  items,
  nextCursor:
    'The `cursor` of the next page; null on the last page. Its form may change, so it is not to be read.',
});

/** The field of the operations that ask for the password of the account again. */
export const presentPassword =
  'The present password of the account; a request without it gets 403 `confirmation_required`, as one with a wrong password does.';

const current = problemSchema.shape.current.unwrap();

export const sharedFields = [
  describeFields(moneySchema, {
    amount: 'The amount as a whole number of minor units, such as cents: 495 is 4.95 EUR.',
    currency: 'The ISO 4217 code of the one currency that this shop trades in.',
  }),
  describeFields(problemSchema, {
    type: 'A URN that holds the code: `urn:bramble:error:` and `code`.',
    title: 'One sentence for people; the same for every problem with this code.',
    status: 'The HTTP status of this answer once more.',
    code: 'The stable name of the problem, on which a program decides.',
    detail: 'What was wrong with this very request; absent when `title` says everything.',
    correlationId:
      'The id of this request in the logs of all services; the `X-Correlation-Id` header has it too.',
    errors:
      'The parts of the request that were refused; present with `invalid_input` and `password_guessable`, and with `product_unavailable` when a basket was priced.',
    totals: 'The totals of the basket at present prices, as in a quote; present with `price_changed`.',
    current:
      'The state of the product that was to be changed; present with `version_conflict` and `stock_changed`.',
    available: 'The units of the product that can be bought now, 0 included; present with `out_of_stock`.',
  }),
  describeFields(problemSchema.shape.errors.unwrap().element, {
    path: 'The place of the value in the request, with dots: `items.0.quantity`.',
    message: 'What is wrong with the value, in words or as the value itself.',
  }),
  describeFields(current, {
    version: 'The version that `If-Match` has to name now.',
    stock: 'The stock of the product at the moment of this answer.',
  }),
  describeFields(current.shape.stock, {
    available: 'The units that can be bought now.',
    revision: 'The stock revision that follows the version in `If-Match`.',
  }),
];
