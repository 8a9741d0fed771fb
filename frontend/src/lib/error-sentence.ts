import { CallError } from '@bramble/contracts/call-error';

/** What buyers read in a shop without a payment method. */
export const CHECKOUT_CLOSED = 'This shop takes no payments yet, so nothing can be ordered.';

const sentences: Partial<Record<string, string>> = {
  offline: "The shop can't be reached. Check your connection and try again.",
  bad_credentials: 'That e-mail and password do not belong together.',
  password_guessable: 'This password is easy to guess. Choose one that fewer people would think of.',
  email_taken: 'This e-mail has an account already. Sign in with its password, or use another e-mail.',
  account_disabled: 'This account is disabled.',
  out_of_stock: 'There are not enough left.',
  product_unavailable: 'This is no longer for sale.',
  price_changed: 'The price has changed.',
  discount_invalid: 'This code cannot be used for this basket.',
  cart_empty: 'Your basket is empty.',
  checkout_closed: CHECKOUT_CLOSED,
  too_many_unpaid_orders:
    'You have ordered a lot that is not paid yet. Pay those orders, or try again later.',
  order_not_cancellable: 'This order is too far along to be cancelled.',
  order_not_payable: 'This order takes no payment any more.',
  payment_in_progress: 'A payment is under way. Give it a moment.',
  in_flight: 'Your first try is still being worked on. Give it a moment.',
  rate_limited: 'That was a lot at once. Wait a moment and try again.',
  version_conflict: 'Somebody changed this meanwhile. Reload to see the newest version.',
  stock_changed: 'The stock changed meanwhile. Check how many there are, and save again.',
  picture_invalid: 'This file is not a picture we can use. Try a JPEG, PNG or WebP.',
  forbidden: 'Your account may not do this.',
  unavailable: 'A part of the shop is away for a moment. Try again.',
  timeout: 'That took too long. Try again.',
  internal: 'Something went wrong on our side. Try again.',
  bad_gateway: 'Something went wrong on our side. Try again.',
};

const UNKNOWN = 'Something went wrong. Try again.';

/** One sentence about a problem that an answer holds: what is wrong and what to do. */
export const sentenceOf = (problem: {
  code: string;
  title?: string | undefined;
  detail?: string | undefined;
}): string => sentences[problem.code] ?? problem.detail ?? problem.title ?? UNKNOWN;

/** One sentence for people: what happened and what to do. */
export const sentenceFor = (error: unknown): string =>
  error instanceof CallError ? sentenceOf(error) : UNKNOWN;
