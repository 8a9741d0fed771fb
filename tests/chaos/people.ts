import type { Random } from '@bramble/service-kit/base/random';
import { type Account, createShopClient, newAccount, type Role } from '@bramble/test-kit/shop-client';
import { demoAccount } from '../helpers/demo-account';
import { type Ledger, stockOf } from './ledger';

const BUYERS = 8;
const PRODUCTS = 10;
const SCARCE_UNITS = 5;
/** More units than the longest run can sell. */
const ENOUGH = 100_000;

export interface People {
  /** The access tokens of the buyers. */
  tokens: string[];
  sellerToken: string;
  adminToken: string;
  /** Signs everybody in anew: a restore ends all sessions. */
  signInAgain(): Promise<void>;
  /** Products that do not run out. */
  productIds: string[];
  /** The product that runs out. */
  scarceId: string;
}

/** Buyers, a seller, and products: one scarce, the others with more stock than the run can sell. */
export async function preparePeople(url: string, ledger: Ledger, random: Random): Promise<People> {
  const shop = createShopClient(url);
  const accounts: Account[] = [];
  const signUp = (role: Role) => {
    const account = newAccount();
    accounts.push(account);
    return shop.signUp(role, account);
  };
  const signInAdmin = () => shop.signIn(demoAccount('admin'));
  const sellerToken = await signUp('seller');
  const offer = async (title: string, initial: number): Promise<string> => {
    const { id } = await shop.offer(sellerToken, initial, { title, price: random.between(100, 5_000) });
    ledger.stock.set(id, stockOf(initial));
    return id;
  };
  const scarceId = await offer('Scarce pear', SCARCE_UNITS);
  const productIds: string[] = [];
  for (let n = 0; n < PRODUCTS; n++) productIds.push(await offer(`Chaos pear ${n}`, ENOUGH));
  const tokens: string[] = [];
  for (let n = 0; n < BUYERS; n++) tokens.push(await signUp('customer'));
  const people: People = {
    tokens,
    sellerToken,
    adminToken: await signInAdmin(),
    productIds,
    scarceId,
    async signInAgain() {
      const [seller = '', ...buyers] = await Promise.all(accounts.map(shop.signIn));
      Object.assign(people, { sellerToken: seller, tokens: buyers, adminToken: await signInAdmin() });
    },
  };
  return people;
}
