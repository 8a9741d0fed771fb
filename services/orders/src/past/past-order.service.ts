import { paymentsApi, type Quote } from '@bramble/contracts/payments';
import type { PastOrder } from '@bramble/demo/past-orders';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { PastOrderRepository } from '../store/past-order.repository';
import { liveThrough } from './past-order.life';

export type PastOrders = ReturnType<typeof createPastOrders>;

/** Adds orders that are over. Payments prices them like any basket; no event is published. */
export function createPastOrders({
  orders,
  payments,
  currency,
}: {
  orders: PastOrderRepository;
  payments: Upstream;
  currency: string;
}) {
  async function quote({ items, shippingAddress }: PastOrder): Promise<Quote> {
    const quoted = await payments.call(paymentsApi.quote, { body: { items: [...items], shippingAddress } });
    if (quoted.items.length < items.length || quoted.totals.total.currency !== currency)
      throw new Error('a product of a past order is not for sale yet');
    return quoted;
  }

  /** Adds the orders that are missing, over by `now`, and answers how many. Throws while one cannot be priced. */
  async function add(past: readonly PastOrder[], now: number): Promise<number> {
    const histories = [];
    for (const order of past) histories.push(liveThrough(order, await quote(order), now));
    return orders.add(histories);
  }

  return { has: orders.has, add };
}
