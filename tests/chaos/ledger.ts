/** What the shop acknowledged, recorded from its answers alone and never read from its stores. */
interface Promised {
  orderId: string;
  buyer: number;
  key: string;
  lines: { productId: string; quantity: number }[];
  total: number;
  card: string;
  cancelAcknowledged: boolean;
}

export interface Ledger {
  readonly orders: Map<string, Promised>;
  /** The stock each product began with. */
  readonly stock: Map<string, { initial: number }>;
  /** Answers by status, and what was no answer at all. */
  readonly answers: Map<string, number>;
  count(answer: string | number): void;
}

export function createLedger(): Ledger {
  const answers = new Map<string, number>();
  return {
    orders: new Map(),
    stock: new Map(),
    answers,
    count: (answer) => void answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1),
  };
}
