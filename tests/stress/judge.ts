import {
  type Attempt,
  describe,
  isAnswered,
  isCompleted,
  isPaidOnce,
  isSoldOut,
  moneyKept,
  mostAtOnce,
  soldOf,
} from './attempt';
import { acrossRounds, all, atLeast, exactly, type Verdict } from './verdict';

/** What is left of a product that began with `stock` pieces. */
export interface Shelf {
  productId: string;
  stock: number;
  available: number;
}
export interface Rush {
  attempts: readonly Attempt[];
  shelf: Shelf;
}
export interface Carts {
  attempts: readonly Attempt[];
  shelves: readonly Shelf[];
}
export interface KeptAnswer {
  /** One for each request that was sent with the key. */
  attempts: readonly Attempt[];
  /** Ids of all orders of the buyer that hold the product. */
  orderIds: readonly string[];
  shelf: Shelf;
  /** The answer to another order under the same key. */
  otherOrder: string;
}

/** What holds for orders of any kind that are sent at once. */
const promisesOfAnswers = (attempts: readonly Attempt[]): Verdict[] => [
  atLeast(
    'The orders are under way at the same moment.',
    Math.max(2, Math.ceil(attempts.length / 2)),
    mostAtOnce(attempts),
  ),
  all('Every buyer gets an answer.', attempts, isAnswered, describe),
];
const promisesOfMoney = (attempts: readonly Attempt[]): Verdict[] => {
  const charged = attempts.filter((attempt) => !isCompleted(attempt) && moneyKept(attempt) !== 0);
  return [
    all('Each completed order is paid once, in full.', attempts.filter(isCompleted), isPaidOnce, describe),
    exactly('Nobody pays without getting the goods.', 0, charged.length, charged.map(describe)),
  ];
};

/** Each buyer wants one piece of a product that has fewer pieces than there are buyers, or as many. */
export function judgeRush({ attempts, shelf }: Rush): Verdict[] {
  const completed = attempts.filter(isCompleted).length;
  const sales = Math.min(shelf.stock, attempts.length);
  const others = attempts.filter((attempt) => !isCompleted(attempt));
  const odd = others.filter((attempt) => !isSoldOut(attempt)).map(describe);
  return [
    ...promisesOfAnswers(attempts),
    exactly('As many orders are completed as there are pieces.', sales, completed, odd),
    exactly(
      'All others are told that it is out of stock.',
      attempts.length - sales,
      others.filter(isSoldOut).length,
      odd,
    ),
    exactly('So many pieces are left on sale.', shelf.stock - sales, shelf.available),
    ...promisesOfMoney(attempts),
  ];
}

/** Rounds of two buyers and one piece. */
export const judgeLastPiece = (rounds: readonly Rush[]): Verdict[] => acrossRounds(rounds.map(judgeRush));

const isWhole = ({ wanted, order }: Attempt): boolean =>
  order?.items.length === wanted.length &&
  wanted.every(({ productId, quantity }) =>
    order.items.some((line) => line.productId === productId && line.quantity === quantity),
  );

/** Buyers with carts of several products, some of which are too few for all. */
export function judgeCarts({ attempts, shelves }: Carts): Verdict[] {
  const isShort = ({ wanted }: Attempt): boolean =>
    wanted.some(({ productId, quantity }) =>
      shelves.some((shelf) => shelf.productId === productId && shelf.available < quantity),
    );
  return [
    ...promisesOfAnswers(attempts),
    atLeast('Some carts are sold.', 1, attempts.filter(isCompleted).length),
    atLeast('Some carts come too late for a scarce product.', 1, attempts.filter(isSoldOut).length),
    all(
      'Each cart is sold wholly, or refused as out of stock.',
      attempts,
      (attempt) => (isCompleted(attempt) && isWhole(attempt)) || isSoldOut(attempt),
      describe,
    ),
    all(
      'Whoever was refused had something in the cart that is gone.',
      attempts.filter(isSoldOut),
      isShort,
      describe,
    ),
    all(
      'Of each product, what was sold and what is left make up the stock.',
      shelves,
      ({ productId, stock, available }) =>
        available >= 0 && soldOf(attempts, productId) + available === stock,
      ({ productId, stock, available }) =>
        `product ${productId}: began with ${stock}, ${soldOf(attempts, productId)} sold, ${available} left`,
    ),
    ...promisesOfMoney(attempts),
  ];
}

/** One order that is sent many times at once with the same Idempotency-Key. */
export function judgeKeptAnswer({ attempts, orderIds, shelf, otherOrder }: KeptAnswer): Verdict[] {
  const answered = new Set(attempts.flatMap(({ order }) => order?.id ?? []));
  const [first] = attempts;
  const bought = first?.wanted.reduce((count, { quantity }) => count + quantity, 0) ?? 0;
  return [
    ...promisesOfAnswers(attempts),
    exactly('All answers name the same order.', 1, answered.size, [...answered]),
    exactly('The buyer has one order of the product.', 1, orderIds.length, orderIds),
    exactly(
      'The order is completed.',
      1,
      first && isCompleted(first) ? 1 : 0,
      attempts.slice(0, 1).map(describe),
    ),
    exactly('The stock falls by one order.', shelf.stock - bought, shelf.available),
    ...promisesOfMoney(attempts.slice(0, 1)),
    {
      promise: 'Another order under the same key is refused.',
      wanted: 'idempotency_key_reused',
      seen: otherOrder,
      kept: otherOrder === 'idempotency_key_reused',
      because: [],
    },
  ];
}
