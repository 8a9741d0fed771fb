import { authApi } from '@bramble/contracts/auth';
import { isCode } from '@bramble/contracts/call-error';
import type { ShopClient } from './shop-client';

/** The password of every account of the simulator. */
export const PASSWORD = 'simulated-shopper';
/** Access tokens live 10 minutes; renewed well before. */
const RENEW_AFTER_MS = 8 * 60_000;

export interface AccountGroup {
  /** The beginning of the accounts' addresses: a later run with the same name finds them again. */
  name: string;
  role?: 'customer' | 'seller';
}

/** Accounts that are opened when first used, and found again by a later run of the same group. */
export function createAccounts(client: ShopClient, group: AccountGroup) {
  const tokens = new Map<number, { token: Promise<string>; at: number }>();
  /** Whether the last account was there before: then the next one probably is, too. */
  let foundAgain = false;
  const emailOf = (n: number): string => `${group.name}-${n}@example.com`;

  const signIn = async (email: string): Promise<string> =>
    (await client.call(authApi.token, { name: 'sign in', body: { email, password: PASSWORD } })).accessToken;

  async function signUp(n: number): Promise<string | undefined> {
    const opened: { token?: string } = {};
    await client.call(authApi.signup, {
      name: 'sign up',
      body: {
        email: emailOf(n),
        password: PASSWORD,
        name: `Shopper ${n}`,
        ...(group.role === undefined ? {} : { role: group.role }),
      },
      onAccessToken: (token) => (opened.token = token),
    });
    return opened.token;
  }

  async function enter(n: number): Promise<string> {
    try {
      if (foundAgain) return await signIn(emailOf(n));
    } catch (error) {
      if (!isCode(error, 'bad_credentials')) throw error;
      foundAgain = false;
    }
    try {
      return (await signUp(n)) ?? (await signIn(emailOf(n)));
    } catch (error) {
      if (!isCode(error, 'email_taken')) throw error;
      foundAgain = true;
      return signIn(emailOf(n));
    }
  }

  return {
    emailOf,
    tokenOf(n: number): Promise<string> {
      const known = tokens.get(n);
      if (known && Date.now() - known.at < RENEW_AFTER_MS) return known.token;
      const token = enter(n);
      tokens.set(n, { token, at: Date.now() });
      token.catch(() => tokens.delete(n));
      return token;
    },
  };
}
