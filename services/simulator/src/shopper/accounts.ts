import { authApi } from '@bramble/contracts/auth';
import { isCode } from '@bramble/contracts/call-error';
import type { ShopClient } from './shop-client';

/** The password of every account of the simulator. */
export const PASSWORD = 'simulated-shopper';
/** Access tokens are valid for 10 minutes; they are renewed after 8. */
const RENEW_AFTER_MS = 8 * 60_000;

export interface AccountGroup {
  /** The prefix of the accounts' e-mail addresses; a later run with the same name uses the accounts again. */
  name: string;
  role?: 'customer' | 'seller';
}

/** The accounts of a group. They are created on first use; a later run of the same group uses them again. */
export function createAccounts(client: ShopClient, group: AccountGroup) {
  const tokens = new Map<number, { token: Promise<string>; at: number }>();
  /** True when the last account existed already: then the next one probably exists too. */
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

  function tokenOf(n: number): Promise<string> {
    const known = tokens.get(n);
    if (known && Date.now() - known.at < RENEW_AFTER_MS) return known.token;
    const token = enter(n);
    tokens.set(n, { token, at: Date.now() });
    token.catch(() => tokens.delete(n));
    return token;
  }

  return { emailOf, tokenOf };
}
