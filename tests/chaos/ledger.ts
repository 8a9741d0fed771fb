/** How a shopper's order was meant, from the first request on. */
export interface Wish {
  key: string;
  buyer: number;
  lines: { productId: string; quantity: number }[];
  card: string;
  /** Milliseconds of `performance.now()` at the first request. */
  at: number;
  /** Whether the shopper asked to cancel it. */
  cancels: boolean;
  /** The order that the shop acknowledged. */
  orderId?: string;
}

/** What the shop acknowledged, recorded from its answers alone and never read from its stores. */
export interface Promised extends Wish {
  orderId: string;
  total: number;
  cancelAcknowledged: boolean;
}

/** What a product began with, and what the shop said of its refills. */
interface PromisedStock {
  initial: number;
  refilled: number;
  /** Units of refills that got no answer, or an error after which they may have been done. */
  perhapsRefilled: number;
}

/** The stock of a product that begins with `initial` units. */
export const stockOf = (initial: number): PromisedStock => ({ initial, refilled: 0, perhapsRefilled: 0 });

export interface Ledger {
  /** Every order that a shopper tried to place. */
  readonly wishes: Wish[];
  readonly orders: Map<string, Promised>;
  readonly stock: Map<string, PromisedStock>;
  /** Answers by status, and what was no answer at all. */
  readonly answers: Map<string, number>;
  count(answer: string | number): void;
}

export function createLedger(): Ledger {
  const answers = new Map<string, number>();
  return {
    wishes: [],
    orders: new Map(),
    stock: new Map(),
    answers,
    count: (answer) => void answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1),
  };
}
