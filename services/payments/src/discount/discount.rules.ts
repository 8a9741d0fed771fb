import type { DiscountRow } from './discount.repository';

/** Why a code cannot be used on a basket worth `subtotal` at `now`, or undefined when it can. */
export function refusal(
  discount: DiscountRow | undefined,
  { subtotal, now }: { subtotal: number; now: Date },
): string | undefined {
  if (!discount) return 'there is no such code';
  if (discount.startsAt && now < discount.startsAt) return 'this code does not hold yet';
  if (discount.endsAt && now >= discount.endsAt) return 'this code holds no more';
  if (discount.minimum !== null && subtotal < discount.minimum)
    return 'the basket is worth less than this code asks for';
  if (discount.usageLimit !== null && discount.used >= discount.usageLimit) return 'this code is used up';
  return undefined;
}
