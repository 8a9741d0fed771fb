import { type PastOrder, pastOrders } from './past-orders';

/** Where orders keeps its orders. */
export interface OrderPort {
  has(orderId: string): Promise<boolean>;
  /** Adds orders that were over by `now`, priced as today, and answers how many. Throws while one cannot be priced. */
  add(orders: readonly PastOrder[], now: number): Promise<number>;
}

/** Gives the demo buyer past orders, once. Answers how many were added; `now` in milliseconds since 1970. */
export async function seedOrders(orders: OrderPort, { now }: { now: number }): Promise<number> {
  const past = pastOrders(now);
  const first = past[0];
  if (first === undefined || (await orders.has(first.id))) return 0;
  return orders.add(past, now);
}
