import { z } from 'zod';

/**
 * Every error code that a client can receive, with its HTTP status and its title. Codes are stable, since clients
 * branch on them. A new code is a new line; a code never gets another meaning.
 */
export const errorCodes = {
  invalid_input: { status: 400, title: 'The request is not valid' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  currency_mismatch: { status: 400, title: 'This shop trades in another currency' },
  missing_idempotency_key: { status: 400, title: 'The Idempotency-Key header is missing' },
  password_guessable: { status: 400, title: 'This password is easy to guess' },
  discount_invalid: { status: 400, title: 'This discount code cannot be used' },
  token_invalid: { status: 400, title: 'This link is no longer valid' },
  cart_empty: { status: 400, title: 'The cart is empty' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  bad_credentials: { status: 401, title: 'E-mail or password is wrong' },
  session_ended: { status: 401, title: 'The session has ended' },
  forbidden: { status: 403, title: 'Not allowed' },
  confirmation_required: { status: 403, title: 'Confirm this with your password' },
  cross_site: { status: 403, title: 'Cross-site requests are refused' },
  account_disabled: { status: 403, title: 'This account is disabled' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The state does not allow this' },
  demo_account: { status: 409, title: 'The demo accounts belong to all visitors and stay as they are' },
  email_taken: { status: 409, title: 'This e-mail address has an account' },
  discount_exists: { status: 409, title: 'This discount code exists already' },
  price_changed: { status: 409, title: 'The price has changed' },
  product_unavailable: { status: 409, title: 'A product is no longer for sale' },
  out_of_stock: { status: 409, title: 'Not enough in stock' },
  checkout_closed: { status: 409, title: 'This shop takes no payments yet, so nothing can be ordered' },
  too_many_unpaid_orders: { status: 409, title: 'Too much was ordered and not paid; try again later' },
  order_not_cancellable: { status: 409, title: 'This order can no longer be cancelled' },
  payment_in_progress: { status: 409, title: 'A payment is under way' },
  order_not_payable: { status: 409, title: 'This order takes no payment' },
  refund_too_large: { status: 409, title: 'More than what can still be refunded' },
  order_not_refundable: { status: 409, title: 'This order cannot be refunded' },
  delivery_step_invalid: { status: 409, title: 'The delivery cannot take this step' },
  version_conflict: { status: 412, title: 'Somebody changed this meanwhile' },
  stock_changed: { status: 412, title: 'The stock changed meanwhile' },
  in_flight: { status: 409, title: 'The first request with this key is still running' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Send application/json' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used with another body' },
  picture_invalid: { status: 422, title: 'This file is not a picture that can be used' },
  precondition_required: { status: 428, title: 'The If-Match header is missing' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong' },
  bad_gateway: { status: 502, title: 'A service answered wrongly' },
  unavailable: { status: 503, title: 'A part of the shop is away' },
  timeout: { status: 504, title: 'A service took too long' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The RFC 9457 problem document, the body of every error answer, as `application/problem+json`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  correlationId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  totals: z.unknown().optional(),
  current: z
    .object({ version: z.int(), stock: z.object({ available: z.int(), revision: z.int() }) })
    .optional(),
  available: z.int().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
