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
  /** Milliseconds of `performance.now()` when the shop acknowledged it. */
  acknowledgedAt?: number;
}

/** An order that the shop acknowledged, recorded from the shop's answers and never read from its stores. */
export interface AcknowledgedOrder extends OrderRequest {
  orderId: string;
  acknowledgedAt: number;
  total: number;
  /** Milliseconds of `performance.now()` when the shop acknowledged that the order is cancelled. */
  cancelledAt?: number;
  /** The partial refund that the shop acknowledged, and when: milliseconds of `performance.now()`. */
  refund?: { amount: number; at: number };
}

/** The stock with which a product began, and the refills that the shop acknowledged. */
interface AcknowledgedStock {
  initial: number;
  /** The units of the refills that the shop acknowledged. */
  refilled: number;
  /** Each of these refills, with the `performance.now()` of its answer. */
  refills: { at: number; units: number }[];
  /** Units of refills without an answer, or with an error after which the refill may have been done. */
  maybeRefilled: number;
}

/** The stock of a product that begins with `initial` units. */
export const stockOf = (initial: number): AcknowledgedStock => ({
  initial,
  refilled: 0,
  refills: [],
  maybeRefilled: 0,
});

/** The time from the beginning of a backup until services ran with its data again. What was acknowledged in it may be gone. */
export interface RestoreRecord {
  backupBegins(): void;
  restoreBegins(): void;
  /**
   * Refills that were acknowledged since the backup began may be undone. `refunded` is what the provider refunded of each
   * order and the archive does not know.
   */
  restoreEnds(stock: Ledger['stock'], refunded: ReadonlyMap<string, number>): void;
  /** Whether data is being replaced at this moment. */
  isRestoring(): boolean;
  /** Whether a restore may have undone what was acknowledged at `at`. */
  mayUndo(at: number | undefined): boolean;
  /** Whether the provider may keep `kept` of an order of which the shop keeps `wanted`. */
  mayKeep(orderId: string, kept: number, wanted: number): boolean;
}

/** Records one backup and its restore. */
export function recordRestore(now: () => number = () => performance.now()): RestoreRecord {
  let from = Infinity;
  let until: number | undefined;
  let restoring = false;
  let forgotten: ReadonlyMap<string, number> = new Map();
  return {
    backupBegins: () => void (from = now()),
    restoreBegins: () => void (restoring = true),
    restoreEnds(stock, refunded) {
      until = now();
      restoring = false;
      forgotten = refunded;
      for (const each of stock.values()) {
        const undone = each.refills.filter(({ at }) => at >= from).reduce((sum, { units }) => sum + units, 0);
        each.refilled -= undone;
        each.maybeRefilled += undone;
      }
    },
    isRestoring: () => restoring,
    mayUndo: (at) => at !== undefined && until !== undefined && at >= from && at <= until,
    mayKeep: (orderId, kept, wanted) =>
      kept === wanted || kept === Math.max(0, wanted - (forgotten.get(orderId) ?? 0)),
  };
}

/** How many acknowledged orders a restore has removed. */
export const goneOrders = (
  { orders, restore }: Pick<Ledger, 'orders' | 'restore'>,
  rows: ReadonlyMap<string, unknown>,
): number =>
  [...orders.values()].filter(
    ({ orderId, acknowledgedAt }) => restore.mayUndo(acknowledgedAt) && !rows.has(orderId),
  ).length;

export interface Ledger {
  /** Every order that a shopper tried to place, acknowledged or not. */
  readonly requests: OrderRequest[];
  readonly orders: Map<string, AcknowledgedOrder>;
  readonly stock: Map<string, AcknowledgedStock>;
  /** The number of answers by status, and of calls without an answer. */
  readonly answers: Map<string, number>;
  /** What a restore may have undone. */
  readonly restore: RestoreRecord;
  count(answer: string | number): void;
}

export function createLedger(): Ledger {
  const answers = new Map<string, number>();
  return {
    requests: [],
    orders: new Map(),
    stock: new Map(),
    answers,
    restore: recordRestore(),
    count: (answer) => void answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1),
  };
}
