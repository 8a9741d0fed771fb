import { z } from 'zod/mini';
import { MAX_NAME, MAX_PHONE } from '@bramble/contracts/limits';
import { newPassword } from '../../lib/password-schema';

const email = z.string().check(z.trim(), z.email('Enter an e-mail address, like robin@example.org.'));
const name = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, 'Enter your name.'),
    z.maxLength(MAX_NAME, `Keep it under ${MAX_NAME} characters.`),
  );

export const signInSchema = z.object({
  email,
  password: z.string().check(z.minLength(1, 'Enter your password.')),
});
export const signUpSchema = z.object({ name, email, password: newPassword, seller: z.boolean() });
export const profileSchema = z.object({
  name,
  phone: z.string().check(z.maxLength(MAX_PHONE, `Keep it under ${MAX_PHONE} characters.`)),
});
export const passwordSchema = z.object({
  currentPassword: z.string().check(z.minLength(1, 'Enter the password you have now.')),
  newPassword,
});
