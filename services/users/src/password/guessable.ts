import { AppError } from '@bramble/service-kit/base/errors';
import common from './common-passwords.json';

/** The 10,000 most frequent passwords of at least 8 characters, in lower case, from zxcvbn-ts (MIT). */
const commonPasswords: ReadonlySet<string> = new Set(common);

const simplified = (text: string): string => text.toLowerCase().replace(/\s+/g, '');

/** True for a common password, one repeated character, and the address or the name of the account itself. */
export function isGuessable(password: string, { email, name }: { email: string; name: string }): boolean {
  const typed = simplified(password);
  const own = [email, email.split('@')[0] ?? '', name].map(simplified);
  return commonPasswords.has(typed) || new Set(typed).size <= 1 || own.includes(typed);
}

/** Throws `password_guessable` for a new password that is easy to guess; `path` names its field. */
export function assertNotGuessable(
  password: string,
  owner: { email: string; name: string },
  path: string,
): void {
  if (!isGuessable(password, owner)) return;
  throw new AppError('password_guessable', {
    detail: 'many people use this password, or it is your own name or address: choose another',
    errors: [{ path, message: 'is easy to guess' }],
  });
}
