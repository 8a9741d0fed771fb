import type { Item } from '@bramble/contracts/orders';
import { AppError, isRefusal } from '@bramble/service-kit/base/errors';
import type { Placer, Unpaid, UnpaidOrdersRepository } from './unpaid-orders.repository';

/**
 * Limits of what may be ordered without being paid, so that nobody empties the shelves for nothing (OWASP API6).
 * Orders that ended unpaid count for an hour, since a reservation could otherwise be renewed for ever.
 */
const ORDERS_PER_ACCOUNT = 10;
/** Generous, since a school or a mobile operator's customers share one address. */
const ORDERS_PER_ADDRESS = 300;
/** The share of a product's stock that unpaid orders of one account, or declined ones of one address, may hold. */
const SHARE = 0.5;
/** Pieces of a product that are allowed whatever the share, so that small stocks can be sold. */
const FREE_PIECES = 10;

/** A line of the order, and how many pieces are for sale now. */
type Line = Item & { available: number };
type NewOrder = Pick<Placer, 'userId' | 'placedFrom'> & { items: readonly Item[] };
/** An order that this process is placing. `done` resolves when it is written or refused. */
type Waiting = NewOrder & { done: Promise<void> };

export interface UnpaidLimitDependencies {
  unpaid: UnpaidOrdersRepository;
  /** Multiplies every limit. */
  factor: number;
}

export function createUnpaidLimits({ unpaid, factor }: UnpaidLimitDependencies) {
  /** Orders that this process is placing: the database does not count them yet. */
  const inFlight = new Set<Waiting>();

  const refuse = (detail: string) => new AppError('too_many_unpaid_orders', { detail });

  function check(counted: Unpaid, ahead: readonly Waiting[], placer: NewOrder, lines: readonly Line[]): void {
    const ofSameAccount = ahead.filter(({ userId }) => userId === placer.userId);
    const ofSameAddress = ahead.filter(({ placedFrom }) => placedFrom === placer.placedFrom);
    if (counted.ofAccount + ofSameAccount.length >= ORDERS_PER_ACCOUNT * factor)
      throw refuse('this account has too many unpaid orders');
    if (counted.ofAddress + ofSameAddress.length >= ORDERS_PER_ADDRESS * factor)
      throw refuse('this address has too many unpaid orders');
    for (const { productId, quantity, available } of lines) {
      // Not enough in stock is answered by the reservation.
      if (quantity > available) continue;
      const waiting = ofSameAccount
        .flatMap(({ items }) => items)
        .filter((item) => item.productId === productId);
      const byAccount =
        (counted.heldByAccount.get(productId) ?? 0) + waiting.reduce((sum, item) => sum + item.quantity, 0);
      const byAddress = counted.heldByAddress.get(productId) ?? 0;
      if ([byAccount, byAddress].some((held) => held + quantity > allowed(available, held)))
        throw refuse('unpaid orders hold too much of a product');
    }
  }

  /** Pieces that are for sale and those that are held are, together, the stock that the share is of. */
  const allowed = (available: number, held: number): number =>
    Math.max(FREE_PIECES, Math.floor((available + held) * Math.min(1, SHARE * factor))) * Math.max(1, factor);

  /** Counts orders in flight too; near a limit it waits for them and counts again, since some may be counted twice. */
  async function checkAll(
    order: NewOrder,
    ahead: readonly Waiting[],
    lines: readonly Line[],
    counted: Unpaid,
  ) {
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
