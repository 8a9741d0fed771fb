/** An order that a shopper asks for, from the first request on. */
export interface OrderRequest {
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

/** An order that the shop acknowledged, recorded from the shop's answers and never read from its stores. */
export interface AcknowledgedOrder extends OrderRequest {
  orderId: string;
  total: number;
  cancelAcknowledged: boolean;
}

/** The stock with which a product began, and the refills that the shop acknowledged. */
interface AcknowledgedStock {
  initial: number;
  refilled: number;
  /** Units of refills without an answer, or with an error after which the refill may have been done. */
  maybeRefilled: number;
}

/** The stock of a product that begins with `initial` units. */
export const stockOf = (initial: number): AcknowledgedStock => ({ initial, refilled: 0, maybeRefilled: 0 });

export interface Ledger {
  /** Every order that a shopper tried to place, acknowledged or not. */
  readonly requests: OrderRequest[];
  readonly orders: Map<string, AcknowledgedOrder>;
  readonly stock: Map<string, AcknowledgedStock>;
  /** The number of answers by status, and of calls without an answer. */
  readonly answers: Map<string, number>;
  count(answer: string | number): void;
}

export function createLedger(): Ledger {
  const answers = new Map<string, number>();
  return {
    requests: [],
    orders: new Map(),
    stock: new Map(),
    answers,
    count: (answer) => void answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1),
  };
}
