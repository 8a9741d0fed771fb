import type { Random } from '@bramble/service-kit/base/random';
import { request, signUp } from '../helpers/shop-session';
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
  const sellerToken = await signUp(url, 'seller');
  const productIds: string[] = [];
  for (let n = 0; n < PRODUCTS; n++) {
    const initial = n === 0 ? 5 : random.between(20, 80);
    const { product } = await request<{ product: { id: string } }>(url, '/api/products', {
      token: sellerToken,
      body: {
        title: `Chaos pear ${n}`,
        description: 'Falls far from the tree.',
        category: 'chaos',
        price: { amount: random.between(100, 5_000), currency: 'EUR' },
        stock: { available: initial },
      },
    });
    productIds.push(product.id);
    ledger.stock.set(product.id, { initial });
  }
  const tokens: string[] = [];
  for (let n = 0; n < BUYERS; n++) tokens.push(await signUp(url, 'customer'));
  return { tokens, sellerToken, productIds };
}
