import { authApi } from '@bramble/contracts/auth';
import { isCode } from '@bramble/contracts/call-error';
import type { ShopClient } from './shop-client';

const PASSWORD = 'simulated-shopper';
/** Access tokens live 10 minutes; renewed well before. */
const RENEW_AFTER_MS = 8 * 60_000;

/** The simulator's own accounts, opened when first used and found again by a later run with the same seed. */
export function createAccounts(client: ShopClient, seed: number) {
  const tokens = new Map<number, { token: Promise<string>; at: number }>();

  const signIn = async (n: number): Promise<string> => {
    const email = `simulated-${seed}-${n}@example.com`;
    try {
      await client.call(authApi.signup, {
        name: 'sign up',
        body: { email, password: PASSWORD, name: `Shopper ${n}` },
      });
    } catch (error) {
      if (!isCode(error, 'email_taken')) throw error;
    }
    return (await client.call(authApi.token, { name: 'sign in', body: { email, password: PASSWORD } }))
      .accessToken;
  };

  return {
    tokenOf(n: number): Promise<string> {
      const known = tokens.get(n);
      if (known && Date.now() - known.at < RENEW_AFTER_MS) return known.token;
      const token = signIn(n);
      tokens.set(n, { token, at: Date.now() });
      token.catch(() => tokens.delete(n));
      return token;
    },
  };
}
