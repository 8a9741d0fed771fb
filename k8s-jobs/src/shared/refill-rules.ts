import { z } from 'zod';

/** The rules of the chart's jobs.stockRefill.rules; a rule without selector matches every product. */
export const refillRules = z.array(
  z
    .strictObject({
      product: z.uuid().optional(),
      seller: z.uuid().optional(),
      category: z.string().optional(),
      below: z.int().min(1),
      to: z.int().min(1).max(1_000_000),
    })
    .refine(({ below, to }) => to >= below, 'refills to less than it waits for'),
);
export type RefillRules = z.output<typeof refillRules>;

interface Refillable {
  readonly id: string;
  readonly sellerId: string;
  readonly category: string;
  readonly stock: { readonly available: number };
}

/** The number of units that the first matching rule adds to a product; 0 when none matches or the stock suffices. */
export function quantityFor(rules: RefillRules, { id, sellerId, category, stock }: Refillable): number {
  const rule = rules.find(
    (candidate) =>
      (candidate.product ?? id) === id &&
      (candidate.seller ?? sellerId) === sellerId &&
      (candidate.category ?? category) === category,
  );
  return rule !== undefined && stock.available < rule.below ? rule.to - stock.available : 0;
}
