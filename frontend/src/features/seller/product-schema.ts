import { z } from 'zod/mini';
import { MAX_CATEGORY, MAX_DESCRIPTION, MAX_TITLE } from '@bramble/contracts/limits';

/** `12`, `12.5`, `12,50`: an amount as people write it, in minor units; undefined when it is none. */
export const readAmount = (text: string, unit: number): number | undefined => {
  const match = /^(\d{1,9})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!match) return undefined;
  const amount = Math.round(Number(`${match[1]}.${match[2] ?? '0'}`) * unit);
  return amount > 0 ? amount : undefined;
};

/** A category as the shop stores it: `Fruit & vegetables` becomes `fruit-vegetables`. */
export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_CATEGORY);

export const productFormSchema = z.object({
  title: z
    .string()
    .check(
      z.trim(),
      z.minLength(1, 'Give it a name.'),
      z.maxLength(MAX_TITLE, `Keep it under ${MAX_TITLE} characters.`),
    ),
  description: z
    .string()
    .check(
      z.trim(),
      z.maxLength(MAX_DESCRIPTION, `Keep it under ${MAX_DESCRIPTION.toLocaleString('en')} characters.`),
    ),
  category: z.string().check(z.refine((text) => slugOf(text) !== '', 'Choose or name a category.')),
  price: z
    .string()
    .check(z.refine((text) => readAmount(text, 100) !== undefined, 'Enter a price, like 4.50.')),
  available: z.string().check(z.regex(/^\d{1,6}$/, 'Enter how many there are, like 12.')),
});
export type ProductFormValues = z.infer<typeof productFormSchema>;
