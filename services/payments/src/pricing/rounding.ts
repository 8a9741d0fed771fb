/**
 * `amount` × `numerator` / `denominator`, rounded half up, in integers. Exact while 2 × amount × numerator is below
 * 2^53, which MAX_AMOUNT (10^12) and factors up to 4,500 guarantee.
 */
export function shareOf(amount: number, numerator: number, denominator: number): number {
  const doubled = 2 * amount * numerator + denominator;
  if (!Number.isSafeInteger(doubled)) throw new RangeError('an amount is too large to be exact');
  return Math.floor(doubled / (2 * denominator));
}
