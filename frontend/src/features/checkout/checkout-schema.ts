import { z } from 'zod/mini';
import { cardShape } from '../../lib/card-schema';

const needed = (sentence: string, max = 120) =>
  z.string().check(z.trim(), z.minLength(1, sentence), z.maxLength(max, `Keep it under ${max} characters.`));

const shape = {
  name: needed('Enter the name for the parcel.'),
  line1: needed('Enter street and number.', 200),
  line2: z.string().check(z.trim(), z.maxLength(200, 'Keep it under 200 characters.')),
  city: needed('Enter the town.'),
  postalCode: needed('Enter the postcode.', 20),
  country: z.string().check(z.regex(/^[A-Z]{2}$/, 'Choose a country.')),
  ...cardShape,
};

/** For people who are signed in. The account fields are there, empty, so that both forms have one type. */
export const memberSchema = z.object({ ...shape, email: z.string(), password: z.string() });

/** For guests: the account is made on the way. */
export const guestSchema = z.object({
  ...shape,
  email: z.string().check(z.trim(), z.email('Enter an e-mail address, like robin@example.org.')),
  password: z
    .string()
    .check(z.minLength(8, 'Use at least 8 characters.'), z.maxLength(128, 'Use at most 128 characters.')),
});

export type CheckoutValues = z.infer<typeof guestSchema>;
