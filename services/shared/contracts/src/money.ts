import { z } from 'zod';

/** A currency by its ISO 4217 code, in capitals. One installation has exactly one (`CURRENCY`). */
const currencySchema = z.string().regex(/^[A-Z]{3}$/);

/** The largest amount: 10^12 minor units, far below 2^53, so that sums stay exact. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** An amount in integer minor units (cents) of `currency`; never negative. */
export const moneySchema = z.strictObject({
  amount: z.int().min(0).max(MAX_AMOUNT),
  currency: currencySchema,
});
export type Money = z.infer<typeof moneySchema>;

/** Builds a Money from integer minor units; throws RangeError when `amount` is no safe integer. */
export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not an amount of minor units: ${amount}`);
  return { amount, currency };
}
