import type { EventOf, EventPayload } from '@bramble/contracts/events';
import { mergeItems } from '@bramble/contracts/orders';

/**
 * The stock of a product. Always `initial + refilled − removed = available + reserved + sold`, and none is negative.
 * `revision` rises with every change, so that consumers can drop updates that arrive out of order.
 */
export interface Stock {
  available: number;
  reserved: number;
  sold: number;
  initial: number;
  refilled: number;
  removed: number;
  revision: number;
}

export interface StockedProduct {
  readonly id: string;
  readonly deleted: boolean;
  readonly stock: Stock;
}

export interface StockLine {
  readonly productId: string;
  readonly quantity: number;
}

export type Rejection = Pick<EventPayload<'stock.rejected'>, 'reason' | 'productIds'>;

/**
 * The reservation of an order, never deleted: it also records how commands were answered. A released one refuses later
 * commands.
 */
export interface Reservation {
  readonly orderId: string;
  readonly lines: readonly StockLine[];
  readonly state: 'live' | 'committed' | 'released' | 'rejected';
  readonly expiresAt: string;
  readonly restocked: boolean;
  readonly rejection?: Rejection;
}

export type StockCommand = EventOf<'order.placed'> | EventOf<'order.paid'> | EventOf<'order.released'>;

type AnswerName = 'stock.reserved' | 'stock.rejected' | 'stock.committed' | 'stock.released';
type StockAnswer = {
  [N in AnswerName]: { cause: StockCommand; type: N; payload: EventPayload<N> };
}[AnswerName];

export interface StockState {
  readonly products: ReadonlyMap<string, StockedProduct>;
  readonly reservations: ReadonlyMap<string, Reservation>;
}

export type ReservationOutcome = 'committed' | 'released' | 'expired' | 'rejected';

/** The changes of a batch: only the changed products and reservations, and the answers in the order of the commands. */
export interface StockOutcome {
  readonly products: Map<string, StockedProduct>;
  readonly reservations: Map<string, Reservation>;
  readonly answers: StockAnswer[];
  readonly outcomes: ReservationOutcome[];
}

/** A paid order has no reservation, and its goods are out of stock. An operator must refill or refund. */
export class PaidWithoutStock extends Error {
  override readonly name = 'PaidWithoutStock';
  constructor(readonly orderId: string) {
    super('a paid order has no reservation and its goods are not in stock');
  }
}

/** Merges lines of the same product, sorted by product id. All writers use this order, so that they cannot deadlock. */
export const mergeLines = (lines: readonly StockLine[]): StockLine[] =>
  mergeItems(lines).sort((a, b) => (a.productId < b.productId ? -1 : 1));

/** A change of stock: the differences that are not zero. */
export type StockMove = Partial<Omit<Stock, 'revision'>>;

export function moveStock(stock: Stock, move: StockMove): Stock {
  const next = { ...stock, revision: stock.revision + 1 };
  for (const [name, by] of Object.entries(move) as [keyof StockMove, number][]) {
    next[name] += by;
    if (next[name] < 0) throw new RangeError(`stock.${name} would be negative`);
  }
  return next;
}

/** Sets the available stock. The difference is recorded as refilled or removed. */
export function adjustAvailable(stock: Stock, available: number): Stock {
  const by = available - stock.available;
  if (by === 0) return stock;
  return moveStock(stock, by > 0 ? { available: by, refilled: by } : { available: by, removed: -by });
}

/** The difference between the two sides of the ledger's equation; 0 when it holds. */
export function ledgerDrift(stock: Stock): number {
  return Math.abs(
    stock.initial + stock.refilled - stock.removed - stock.available - stock.reserved - stock.sold,
  );
}

/**
 * Applies commands in order, in memory; each order all or nothing. A repeated command finds its recorded outcome and
 * gets the same answer, so repetitions change nothing.
 */
export function applyStockEvents(state: StockState, commands: readonly StockCommand[]): StockOutcome {
  const outcome: StockOutcome = { products: new Map(), reservations: new Map(), answers: [], outcomes: [] };
  const ledger = new BatchLedger(state, outcome);
  for (const command of commands) {
    if (command.type === 'order.placed') ledger.place(command);
    else if (command.type === 'order.paid') ledger.pay(command);
    else ledger.release(command);
  }
  return outcome;
}

class BatchLedger {
  constructor(
    private readonly state: StockState,
    private readonly outcome: StockOutcome,
  ) {}

  place(command: EventOf<'order.placed'>): void {
    const { orderId, items, expiresAt } = command.payload;
    const known = this.reservation(orderId) ?? this.reserve(orderId, mergeLines(items), expiresAt);
    this.answer(command, known, 'stock.reserved');
  }

  pay(command: EventOf<'order.paid'>): void {
    const { orderId, lines } = command.payload;
    let known = this.reservation(orderId);
    if (!known) {
      known = this.reserve(orderId, mergeLines(lines), command.occurredAt);
      if (known.state === 'rejected') throw new PaidWithoutStock(orderId);
    }
    if (known.state === 'live') known = this.commit(known);
    this.answer(command, known, 'stock.committed');
  }

  private commit(known: Reservation): Reservation {
    for (const { productId, quantity } of known.lines) {
      this.move(productId, { reserved: -quantity, sold: quantity });
    }
    this.outcome.outcomes.push('committed');
    return this.keep({ ...known, state: 'committed' });
  }

  release(command: EventOf<'order.released'>): void {
    const { orderId, restock } = command.payload;
    const known = this.reservation(orderId);
    this.answer(command, this.released(known, command, restock, orderId), 'stock.released');
  }

  private released(
    found: Reservation | undefined,
    command: StockCommand,
    restock: boolean,
    orderId: string,
  ): Reservation {
    if (!found) {
      const tombstone = { orderId, lines: [], expiresAt: command.occurredAt, restocked: false };
      return this.keep({ ...tombstone, state: 'released' });
    }
    if (found.state === 'released') return found;
    // Only goods of a paid order are not put back: its order.paid may come after this.
    const known = found.state === 'live' && !restock ? this.commit(found) : found;
    const restocked = known.state === 'live' || (known.state === 'committed' && restock);
    if (restocked) {
      const from = known.state === 'live' ? 'reserved' : 'sold';
      for (const { productId, quantity } of known.lines) {
        this.move(productId, { [from]: -quantity, available: quantity });
      }
    }
    if (known.state === 'live') {
      this.outcome.outcomes.push(command.occurredAt >= known.expiresAt ? 'expired' : 'released');
    }
    return this.keep({ ...known, state: 'released', restocked });
  }

  private reserve(orderId: string, lines: StockLine[], expiresAt: string): Reservation {
    const rejection = this.refusal(lines);
    if (rejection) {
      this.outcome.outcomes.push('rejected');
      return this.keep({ orderId, lines, state: 'rejected', expiresAt, restocked: false, rejection });
    }
    for (const { productId, quantity } of lines) {
      this.move(productId, { available: -quantity, reserved: quantity });
    }
    return this.keep({ orderId, lines, state: 'live', expiresAt, restocked: false });
  }

  private refusal(lines: readonly StockLine[]): Rejection | undefined {
    const ids = (found: readonly StockLine[]) => found.map((line) => line.productId);
    const gone = lines.filter((line) => this.product(line.productId)?.deleted !== false);
    if (gone.length > 0) return { reason: 'product_unavailable', productIds: ids(gone) };
    const short = lines.filter((line) => {
      const product = this.product(line.productId);
      return !product || product.stock.available < line.quantity;
    });
    return short.length > 0 ? { reason: 'out_of_stock', productIds: ids(short) } : undefined;
  }

  /** Answers by the recorded state: the requested step if it took effect, otherwise the state that prevents it. */
  private answer(
    cause: StockCommand,
    known: Reservation,
    requested: 'stock.reserved' | 'stock.committed' | 'stock.released',
  ): void {
    const { orderId, expiresAt, restocked, rejection } = known;
    const { answers } = this.outcome;
    if (known.state === 'released') {
      answers.push({ cause, type: 'stock.released', payload: { orderId, restocked } });
    } else if (rejection) {
      answers.push({ cause, type: 'stock.rejected', payload: { orderId, ...rejection } });
    } else if (requested === 'stock.committed') {
      answers.push({ cause, type: 'stock.committed', payload: { orderId } });
    } else {
      answers.push({ cause, type: 'stock.reserved', payload: { orderId, expiresAt } });
    }
  }

  private reservation(orderId: string): Reservation | undefined {
    return this.outcome.reservations.get(orderId) ?? this.state.reservations.get(orderId);
  }

  private product(id: string): StockedProduct | undefined {
    return this.outcome.products.get(id) ?? this.state.products.get(id);
  }

  private keep(reservation: Reservation): Reservation {
    this.outcome.reservations.set(reservation.orderId, reservation);
    return reservation;
  }

  private move(productId: string, move: StockMove): void {
    const product = this.product(productId);
    if (!product) throw new Error('a reservation names a product that is not stored');
    this.outcome.products.set(productId, { ...product, stock: moveStock(product.stock, move) });
  }
}
