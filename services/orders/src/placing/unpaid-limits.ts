import type { Item } from '@bramble/contracts/orders';
import { AppError, isRefusal } from '@bramble/service-kit/base/errors';
import type { Placer, Unpaid, UnpaidOrdersRepository } from './unpaid-orders.repository';

/**
 * Limits of what may be ordered without being paid, so that nobody reserves the whole stock unpaid (OWASP API6).
 * Orders that ended unpaid count for an hour, since a reservation could otherwise be renewed for ever.
 */
const ORDERS_PER_ACCOUNT = 10;
/** Generous, since a school or a mobile operator's customers share one address. */
const ORDERS_PER_ADDRESS = 300;
/**
 * The share of a product's stock that unpaid orders of one account, or of one address, may hold. An order with a
 * valid card is unpaid for about a second, so buyers who share an address seldom meet this limit.
 */
const SHARE = 0.5;
/** Pieces of a product that are allowed whatever the share, so that small stocks can be sold. */
const FREE_PIECES = 10;

/** A line of the order, and how many pieces are for sale now. */
type Line = Item & { available: number };
/** A line, and how many pieces of its product unpaid orders may hold. */
type LimitedLine = Line & { allowedToAccount: number; allowedToAddress: number };
type NewOrder = Pick<Placer, 'userId' | 'placedFrom'> & { items: readonly Item[] };
/** An order that this process is placing. `done` resolves when it is written or refused. */
type Waiting = NewOrder & { done: Promise<void> };

export interface UnpaidLimitDependencies {
  unpaid: UnpaidOrdersRepository;
  /** Multiplies every limit. */
  factor: number;
}

/** How many pieces of each product these orders want. */
function piecesOf(orders: readonly NewOrder[]): Map<string, number> {
  const pieces = new Map<string, number>();
  for (const { items } of orders)
    for (const { productId, quantity } of items)
      pieces.set(productId, (pieces.get(productId) ?? 0) + quantity);
  return pieces;
}

export function createUnpaidLimits({ unpaid, factor }: UnpaidLimitDependencies) {
  /** Orders that this process is placing: the database does not count them yet. */
  const inFlight = new Set<Waiting>();

  const refuse = (detail: string) => new AppError('too_many_unpaid_orders', { detail });

  function check(
    counted: Unpaid,
    ahead: readonly Waiting[],
    placer: NewOrder,
    lines: readonly LimitedLine[],
  ): void {
    const ofSameAccount = ahead.filter(({ userId }) => userId === placer.userId);
    const ofSameAddress = ahead.filter(({ placedFrom }) => placedFrom === placer.placedFrom);
    if (counted.ofAccount + ofSameAccount.length >= ORDERS_PER_ACCOUNT * factor)
      throw refuse('this account has too many unpaid orders');
    if (counted.ofAddress + ofSameAddress.length >= ORDERS_PER_ADDRESS * factor)
      throw refuse('this address has too many unpaid orders');
    const [wantedByAccount, wantedByAddress] = [piecesOf(ofSameAccount), piecesOf(ofSameAddress)];
    for (const { productId, quantity, available, allowedToAccount, allowedToAddress } of lines) {
      // Not enough in stock is answered by the reservation.
      if (quantity > available) continue;
      const heldBy = (held: Unpaid['heldByAccount'], wanted: ReadonlyMap<string, number>): number =>
        (held.get(productId)?.pieces ?? 0) + (wanted.get(productId) ?? 0);
      const byAccount = heldBy(counted.heldByAccount, wantedByAccount);
      const byAddress = heldBy(counted.heldByAddress, wantedByAddress);
      if (byAccount + quantity > allowedToAccount || byAddress + quantity > allowedToAddress)
        throw refuse('unpaid orders hold too much of a product');
    }
  }

  /** How many pieces of a stock of this size unpaid orders may hold. */
  const allowed = (stock: number): number =>
    Math.max(FREE_PIECES, Math.floor(stock * Math.min(1, SHARE * factor))) * Math.max(1, factor);

  /**
   * What the account and the address may hold of each product: a share of the available stock and of the pieces reserved
   * for them, both read at the same moment. `reserved` pieces are already subtracted from the available stock.
   */
  const withLimits = (lines: readonly Line[], { heldByAccount, heldByAddress }: Unpaid): LimitedLine[] =>
    lines.map((line) => ({
      ...line,
      allowedToAccount: allowed(line.available + (heldByAccount.get(line.productId)?.reserved ?? 0)),
      allowedToAddress: allowed(line.available + (heldByAddress.get(line.productId)?.reserved ?? 0)),
    }));

  /** Counts orders in flight too; near a limit it waits for them and counts again, since some may be counted twice. */
  async function checkAll(
    order: NewOrder,
    ahead: readonly Waiting[],
    quoted: readonly Line[],
    counted: Unpaid,
  ) {
    const lines = withLimits(quoted, counted);
    try {
      check(counted, ahead, order, lines);
    } catch (error) {
      if (!isRefusal(error) || ahead.length === 0) throw error;
      await Promise.all(ahead.map(({ done }) => done));
      check(await count(order), [], order, lines);
    }
  }

  const count = ({ userId, placedFrom, items }: NewOrder) =>
    unpaid.count({ userId, placedFrom, productIds: items.map(({ productId }) => productId) });

  /** Prices an order by `price` and places it by `place`, when the limits allow it. */
  async function limited<Q extends { items: readonly Line[] }, T>(
    order: NewOrder,
    price: () => Promise<Q>,
    place: (quote: Q) => Promise<T>,
  ): Promise<T> {
    const ahead = [...inFlight].filter(
      ({ userId, placedFrom }) => userId === order.userId || placedFrom === order.placedFrom,
    );
    let settle = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const waiting = { ...order, done };
    inFlight.add(waiting);
    try {
      const [counted, quote] = await Promise.all([count(order), price()]);
      await checkAll(order, ahead, quote.items, counted);
      return await place(quote);
    } finally {
      inFlight.delete(waiting);
      settle();
    }
  }

  return { limited };
}
export type UnpaidLimits = ReturnType<typeof createUnpaidLimits>;
