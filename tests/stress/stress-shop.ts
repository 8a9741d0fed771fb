import { isCode } from '@bramble/contracts/call-error';
import { catalogApi, type Product } from '@bramble/contracts/catalog';
import { newId } from '@bramble/service-kit/base/ids';
import { pause } from '@bramble/service-kit/runtime/clock';
import { createAccounts } from '@bramble/simulator/shopper/accounts';
import { createShopClient } from '@bramble/simulator/shopper/shop-client';
import { forEach } from './for-each';

/** How long signing in may take: access tokens live ten minutes, and the orders need the rest of them. */
const SIGN_IN_MS = 5 * 60_000;
const TOO_SLOW =
  'The shop lets too few accounts of this address in: start it with RATE_LIMIT_FACTOR=100 npm start, or take fewer buyers.';
const TRY_AGAIN_MS = 2_000;
/** How long the gateway may answer from its cache. */
const COPIES_MS = 5_000;
/** Passwords are hashed slowly, so more at once would only wait for each other. */
const SIGN_INS_AT_ONCE = 4;

/** A running shop as stress uses it: buyers with access tokens, a seller with products, and what is left of them. */
export function openStressShop(url: string, { connections }: { connections: number }) {
  const client = createShopClient(url, { onCall: () => undefined, timeoutMs: 30_000, connections });
  const buyers = createAccounts(client, { name: 'stress-buyer' });
  const sellers = createAccounts(client, { name: 'stress-seller', role: 'seller' });

  /** Signs in; waits for as long as the shop refuses because too many came from this address. */
  async function enter(
    accounts: typeof buyers,
    n: number,
    onLimit: () => void = () => undefined,
    deadline = Date.now() + SIGN_IN_MS,
  ): Promise<string> {
    for (;;) {
      try {
        return await accounts.tokenOf(n);
      } catch (error) {
        if (!isCode(error, 'rate_limited')) throw error;
        if (Date.now() > deadline) throw new Error(TOO_SLOW, { cause: error });
        onLimit();
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  /** Access tokens of `count` buyers; `onProgress` hears how many have signed in, and whether the shop limits them. */
  async function signIn(
    count: number,
    onProgress: (signedIn: number, limited: boolean) => void = () => undefined,
  ): Promise<string[]> {
    const tokens: string[] = [];
    const deadline = Date.now() + SIGN_IN_MS;
    let signedIn = 0;
    const one = async (n: number) => {
      tokens[n] = await enter(buyers, n, () => onProgress(signedIn, true), deadline);
      onProgress((signedIn += 1), false);
    };
    // The first one finds out whether an earlier run has opened these accounts.
    await one(0);
    await forEach(
      Array.from({ length: count - 1 }, (_, n) => n + 1),
      SIGN_INS_AT_ONCE,
      one,
    );
    return tokens;
  }

  async function offer(title: string, stock: number): Promise<Product> {
    const token = await enter(sellers, 0);
    const { product } = await client.call(catalogApi.create, {
      name: 'offer',
      token,
      body: {
        title: `${title} ${newId().slice(-6)}`,
        description: `Offered by npm run stress with ${stock} in stock.`,
        category: 'stress',
        price: { amount: 650, currency: 'EUR' },
        stock: { available: stock },
      },
    });
    return product;
  }

  /** How many are on sale: `expected`, or what the shop still says after five seconds. */
  async function availableOf(id: string, expected: number): Promise<number> {
    for (const deadline = Date.now() + COPIES_MS; ; await pause(250)) {
      const { product } = await client.call(catalogApi.get, { name: 'product', params: { id } });
      const { available } = product.stock;
      if (available === expected || Date.now() > deadline) return available;
    }
  }

  return {
    url,
    call: client.call,
    close: client.close,
    emailOf: buyers.emailOf,
    signIn,
    offer,
    availableOf,
  };
}
export type StressShop = ReturnType<typeof openStressShop>;
