import { z } from 'zod/mini';
import { MAX_PASSWORD, MIN_PASSWORD } from '@bramble/contracts/limits';

/** A password that is chosen now. */
export const newPassword = z
  .string()
  .check(
    z.minLength(MIN_PASSWORD, `Use at least ${MIN_PASSWORD} characters.`),
    z.maxLength(MAX_PASSWORD, `Use at most ${MAX_PASSWORD} characters.`),
  );
