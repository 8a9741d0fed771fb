import type { Random } from '@bramble/service-kit/base/random';
import { createShopClient } from '../helpers/shop-client';
import type { Ledger } from './ledger';

const BUYERS = 8;
const PRODUCTS = 10;

export interface People {
  tokens: string[];
  sellerToken: string;
  productIds: string[];
}

/** Buyers, a seller, and products: most with stock for a while, one hot with hardly any. */
export async function preparePeople(url: string, ledger: Ledger, random: Random): Promise<People> {
  const shop = createShopClient(url);
  const sellerToken = await shop.signUp('seller');
  const productIds: string[] = [];
  for (let n = 0; n < PRODUCTS; n++) {
    const initial = n === 0 ? 5 : random.between(20, 80);
    const about = { title: `Chaos pear ${n}`, price: random.between(100, 5_000) };
    const { id } = await shop.offer(sellerToken, initial, about);
    productIds.push(id);
    ledger.stock.set(id, { initial });
  }
  const tokens: string[] = [];
  for (let n = 0; n < BUYERS; n++) tokens.push(await shop.signUp('customer'));
  return { tokens, sellerToken, productIds };
}
