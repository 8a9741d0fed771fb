import { cartApi } from '@bramble/contracts/cart';
import { type Item, ordersApi } from '@bramble/contracts/orders';
import { newId } from '@bramble/service-kit/base/ids';
import { PASSWORD } from '@bramble/simulator/shopper/accounts';
import { type Attempt, soldOf } from './attempt';
import { forEach } from './for-each';
import { judgeCarts, judgeKeptAnswer, judgeLastPiece, judgeRush, type Rush, type Shelf } from './judge';
import { followOrders, placeOrder } from './orders';
import type { StressShop } from './stress-shop';
import type { Verdict } from './verdict';

/** What a shape needs of its surroundings. */
export interface Scene {
  shop: StressShop;
  /** Access tokens of at least as many buyers as the shape has. */
  tokens: readonly string[];
  /** How long the orders may take to end. */
  waitSeconds: number;
  /** Gets the attempts that a progress line counts, before the first one is sent. */
  watch: (attempts: readonly Attempt[]) => void;
}
export interface Shown {
  title: string;
  verdicts: Verdict[];
  /** Addresses under which a person can look. */
  pages: string[];
  attempts: readonly Attempt[];
}

const tokenOf = (tokens: readonly string[], buyer: number): string => {
  const token = tokens[buyer];
  if (token === undefined) throw new Error(`only ${tokens.length} buyers have signed in`);
  return token;
};
const pageOf = ({ url }: StressShop, { productId }: { productId: string }): string =>
  `${url}/products/${productId}`;
const shelfAfter = async (
  shop: StressShop,
  { id, stock }: { id: string; stock: number },
  attempts: readonly Attempt[],
): Promise<Shelf> => ({
  productId: id,
  stock,
  available: await shop.availableOf(id, stock - soldOf(attempts, id)),
});

/** `buyers` order one piece each of a product with `stock` pieces, all at once. */
export async function rush(
  scene: Scene,
  { buyers, stock }: { buyers: number; stock: number },
): Promise<Shown> {
  const { shop, tokens, waitSeconds, watch } = scene;
  const { id } = await shop.offer('Rush jam', stock);
  const attempts: Attempt[] = [];
  watch(attempts);
  const wanted = [{ productId: id, quantity: 1 }];
  await Promise.all(
    Array.from({ length: buyers }, (_, buyer) =>
      placeOrder(shop, { buyer, token: tokenOf(tokens, buyer), wanted }, attempts),
    ),
  );
  await followOrders(shop, attempts, tokens, waitSeconds);
  const shelf = await shelfAfter(shop, { id, stock }, attempts);
  return {
    title: `${buyers} buyers order one piece each of ${stock}, all at once`,
    verdicts: judgeRush({ attempts, shelf }),
    pages: [pageOf(shop, shelf)],
    attempts,
  };
}

/** Two buyers order the only piece of a product at once; then the next product. The orders may end together. */
export async function lastPiece(scene: Scene, { rounds }: { rounds: number }): Promise<Shown> {
  const { shop, tokens, waitSeconds, watch } = scene;
  const all: Attempt[] = [];
  watch(all);
  const played: { id: string; attempts: Attempt[] }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { id } = await shop.offer('Last jam', 1);
    const wanted = [{ productId: id, quantity: 1 }];
    const before = all.length;
    await Promise.all(
      [0, 1].map((buyer) => placeOrder(shop, { buyer, token: tokenOf(tokens, buyer), wanted }, all)),
    );
    played.push({ id, attempts: all.slice(before) });
  }
  await followOrders(shop, all, tokens, waitSeconds);
  const judged: Rush[] = [];
  for (const { id, attempts } of played)
    judged.push({ attempts, shelf: await shelfAfter(shop, { id, stock: 1 }, attempts) });
  return {
    title: `Two buyers order the last piece at once, ${rounds} rounds`,
    verdicts: judgeLastPiece(judged),
    pages: judged.slice(-1).map(({ shelf }) => pageOf(shop, shelf)),
    attempts: all,
  };
}

/** Every cart has the first two products; every second and every third cart has a scarce one, too. */
function cartOf(buyer: number, ids: readonly string[]): Item[] {
  const [first = '', second = '', scarce = '', rare = ''] = ids;
  return [
    { productId: first, quantity: 1 },
    { productId: second, quantity: 2 },
    ...(buyer % 2 === 0 ? [{ productId: scarce, quantity: 1 }] : []),
    ...(buyer % 3 === 0 ? [{ productId: rare, quantity: 1 }] : []),
  ];
}

/** `buyers` with carts of several products check out at once; half as many scarce products as carts want. */
export async function carts(scene: Scene, { buyers }: { buyers: number }): Promise<Shown> {
  const { shop, tokens, waitSeconds, watch } = scene;
  const few = (wanting: number) => Math.max(1, Math.floor(wanting / 2));
  const stocks = [buyers, 2 * buyers, few(Math.ceil(buyers / 2)), few(Math.ceil(buyers / 3))];
  const products: { id: string; stock: number }[] = [];
  for (const stock of stocks) products.push({ id: (await shop.offer('Cart jam', stock)).id, stock });
  const ids = products.map(({ id }) => id);
  const attempts: Attempt[] = [];
  watch(attempts);
  const numbers = Array.from({ length: buyers }, (_, buyer) => buyer);
  await forEach(numbers, 8, async (buyer) => {
    const token = tokenOf(tokens, buyer);
    await shop.call(cartApi.clearCart, { name: 'clear cart', token });
    for (const body of cartOf(buyer, ids))
      await shop.call(cartApi.addToCart, { name: 'add to cart', token, body });
  });
  await Promise.all(
    numbers.map((buyer) => {
      const request = { buyer, token: tokenOf(tokens, buyer), wanted: cartOf(buyer, ids), fromCart: true };
      return placeOrder(shop, request, attempts);
    }),
  );
  await followOrders(shop, attempts, tokens, waitSeconds);
  const shelves = await Promise.all(products.map((product) => shelfAfter(shop, product, attempts)));
  return {
    title: `${buyers} buyers with carts of several products check out at once`,
    verdicts: judgeCarts({ attempts, shelves }),
    pages: shelves.slice(2).map((shelf) => pageOf(shop, shelf)),
    attempts,
  };
}

/** One order is sent `times` at once with the same Idempotency-Key, and then another one under that key. */
export async function keptAnswer(scene: Scene, { times }: { times: number }): Promise<Shown> {
  const { shop, tokens, waitSeconds, watch } = scene;
  const stock = times + 1;
  const { id } = await shop.offer('Kept jam', stock);
  const attempts: Attempt[] = [];
  watch(attempts);
  const request = { buyer: 0, token: tokenOf(tokens, 0), idempotencyKey: newId() };
  const wanted = [{ productId: id, quantity: 1 }];
  await Promise.all(Array.from({ length: times }, () => placeOrder(shop, { ...request, wanted }, attempts)));
  const another: Attempt[] = [];
  await placeOrder(shop, { ...request, wanted: [{ productId: id, quantity: 2 }] }, another);
  await followOrders(shop, attempts, tokens, waitSeconds);
  const { items } = await shop.call(ordersApi.list, {
    name: 'orders',
    token: request.token,
    query: { limit: 100 },
  });
  return {
    title: `One order is sent ${times} times at once with the same Idempotency-Key`,
    verdicts: judgeKeptAnswer({
      attempts,
      orderIds: items
        .filter((order) => order.items.some((line) => line.productId === id))
        .map((order) => order.id),
      shelf: { productId: id, stock, available: await shop.availableOf(id, stock - 1) },
      otherOrder: another[0]?.answer ?? 'no answer',
    }),
    pages: [
      ...new Set(
        attempts.flatMap(({ order }) =>
          order ? [`${shop.url}/orders/${order.id} as ${shop.emailOf(0)}, password ${PASSWORD}`] : [],
        ),
      ),
    ],
    attempts,
  };
}
