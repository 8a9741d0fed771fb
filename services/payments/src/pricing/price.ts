import { MAX_AMOUNT } from '@bramble/contracts/money';
import { shareOf } from './rounding';
import { shippingPrice } from './shipping';
import { containedTax, taxRateOf } from './tax';

export interface PricedLine {
  unitPrice: number;
  quantity: number;
}
export interface Reduction {
  type: 'percent' | 'fixed';
  /** Whole percent for `percent`, minor units for `fixed`. */
  value: number;
}
export interface Totals {
  subtotal: number;
  discount: number;
  tax: number;
  shipping: number;
  total: number;
}

/** The amount exceeds MAX_AMOUNT. */
export class AmountTooLarge extends Error {
  override readonly name = 'AmountTooLarge';
}

const bounded = (amount: number): number => {
  if (amount > MAX_AMOUNT) throw new AmountTooLarge('the basket is worth more than one order may be');
  return amount;
};

export const lineTotal = ({ unitPrice, quantity }: PricedLine): number => bounded(unitPrice * quantity);

export const subtotalOf = (lines: readonly PricedLine[]): number =>
  lines.reduce((sum, line) => bounded(sum + lineTotal(line)), 0);

/**
 * The reduction of `subtotal` by a discount: a percentage is rounded half up, a fixed amount is at most the subtotal.
 */
export const discountOf = (subtotal: number, reduction: Reduction | undefined): number => {
  if (!reduction) return 0;
  return reduction.type === 'percent'
    ? shareOf(subtotal, reduction.value, 100)
    : Math.min(reduction.value, subtotal);
};

/**
 * Prices a basket in integer minor units. Prices include tax: total = subtotal − discount + shipping, and `tax` is the
 * part contained in total at the destination's rate. Free shipping depends on the worth of the goods after the
 * discount.
 */
export function priceBasket(
  lines: readonly PricedLine[],
  { country, reduction }: { country?: string | undefined; reduction?: Reduction | undefined },
): Totals {
  const subtotal = subtotalOf(lines);
  const discount = discountOf(subtotal, reduction);
  const shipping = shippingPrice(country, subtotal - discount);
  const total = bounded(subtotal - discount + shipping);
  return { subtotal, discount, tax: containedTax(total, taxRateOf(country)), shipping, total };
}
