import { z } from 'zod/mini';
import { MAX_ADDRESS_LINE, MAX_PLACE, MAX_POSTAL_CODE } from '@bramble/contracts/limits';
import { cardShape } from '../../lib/card-schema';
import { newPassword } from '../../lib/password-schema';

const needed = (sentence: string, max = MAX_PLACE) =>
  z.string().check(z.trim(), z.minLength(1, sentence), z.maxLength(max, `Keep it under ${max} characters.`));

const shape = {
  name: needed('Enter the name for the parcel.'),
  line1: needed('Enter street and number.', MAX_ADDRESS_LINE),
  line2: z
    .string()
    .check(z.trim(), z.maxLength(MAX_ADDRESS_LINE, `Keep it under ${MAX_ADDRESS_LINE} characters.`)),
  city: needed('Enter the town.'),
  postalCode: needed('Enter the postcode.', MAX_POSTAL_CODE),
  country: z.string().check(z.regex(/^[A-Z]{2}$/, 'Choose a country.')),
  ...cardShape,
};

/** The form of people who are signed in. Its account fields are empty, so that both forms have one type. */
export const memberSchema = z.object({ ...shape, email: z.string(), password: z.string() });

/** The form of guests, whose account is made during the checkout. */
export const guestSchema = z.object({
  ...shape,
  email: z.string().check(z.trim(), z.email('Enter an e-mail address, like robin@example.org.')),
  password: newPassword,
});

export type CheckoutValues = z.infer<typeof guestSchema>;
