import { z } from 'zod/mini';

const email = z.string().check(z.trim(), z.email('Enter an e-mail address, like robin@example.org.'));
const newPassword = z
  .string()
  .check(z.minLength(8, 'Use at least 8 characters.'), z.maxLength(128, 'Use at most 128 characters.'));
const name = z
  .string()
  .check(z.trim(), z.minLength(1, 'Enter your name.'), z.maxLength(80, 'Keep it under 80 characters.'));

export const signInSchema = z.object({
  email,
  password: z.string().check(z.minLength(1, 'Enter your password.')),
});
export const signUpSchema = z.object({ name, email, password: newPassword, seller: z.boolean() });
export const profileSchema = z.object({
  name,
  phone: z.string().check(z.maxLength(32, 'Keep it under 32 characters.')),
});
export const passwordSchema = z.object({
  currentPassword: z.string().check(z.minLength(1, 'Enter the password you have now.')),
  newPassword,
});
