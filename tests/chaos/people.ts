import type { Random } from '@bramble/service-kit/base/random';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { type Ledger, stockOf } from './ledger';

const BUYERS = 8;
const PRODUCTS = 10;
const SCARCE_UNITS = 5;
/** More units than the longest run can sell. */
const ENOUGH = 100_000;

export interface People {
  tokens: string[];
  sellerToken: string;
  /** Products that do not run out. */
  productIds: string[];
  /** The product that runs out. */
  scarceId: string;
}

/** Buyers, a seller, and products: one scarce, the others with more stock than the run can sell. */
export async function preparePeople(url: string, ledger: Ledger, random: Random): Promise<People> {
  const shop = createShopClient(url);
  const sellerToken = await shop.signUp('seller');
  const offer = async (title: string, initial: number): Promise<string> => {
    const { id } = await shop.offer(sellerToken, initial, { title, price: random.between(100, 5_000) });
    ledger.stock.set(id, stockOf(initial));
    return id;
  };
  const scarceId = await offer('Scarce pear', SCARCE_UNITS);
  const productIds: string[] = [];
  for (let n = 0; n < PRODUCTS; n++) productIds.push(await offer(`Chaos pear ${n}`, ENOUGH));
  const tokens: string[] = [];
  for (let n = 0; n < BUYERS; n++) tokens.push(await shop.signUp('customer'));
  return { tokens, sellerToken, productIds, scarceId };
}
