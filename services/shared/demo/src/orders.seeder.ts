import { type PastOrder, pastOrders } from './past-orders';

/** The port to orders' store. */
export interface OrderPort {
  has(orderId: string): Promise<boolean>;
  /**
   * Adds orders that were over by `now`, at current prices, and answers how many. Throws while one cannot be priced.
   */
  add(orders: readonly PastOrder[], now: number): Promise<number>;
}

/** Adds the demo buyer's past orders, once. Answers how many were added; `now` in milliseconds since 1970. */
export async function seedOrders(orders: OrderPort, { now }: { now: number }): Promise<number> {
  const past = pastOrders(now);
  const first = past[0];
  if (first === undefined || (await orders.has(first.id))) return 0;
  return orders.add(past, now);
}
