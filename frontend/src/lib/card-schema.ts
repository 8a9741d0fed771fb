import { z } from 'zod/mini';
import { isCardNumber, isExpiryAhead, tokenOf } from './card';

/** The three fields of a card, each with the sentence that tells how to correct it. */
export const cardShape = {
  card: z.string().check(
    z.refine((text) => isCardNumber(text), 'Check the number: a digit is missing or wrong.'),
    z.refine(
      (text) => tokenOf(text) !== undefined,
      'This card cannot be used here. In a demo shop, pick one from the list below.',
    ),
  ),
  expiry: z
    .string()
    .check(z.refine((text) => isExpiryAhead(text), 'Enter month and year as on the card, like 04 / 29.')),
  csc: z.string().check(z.regex(/^\d{3,4}$/, 'Enter the 3 or 4 digits from the card.')),
};
export const cardSchema = z.object(cardShape);
