import { paymentsApi, type Quote } from '@bramble/contracts/payments';
import type { PastOrder } from '@bramble/demo/past-orders';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { PastOrderRepository } from '../store/past-order.repository';
import { live } from './past-order.life';

export type PastOrders = ReturnType<typeof createPastOrders>;

/** Writes orders that are over: priced by payments like any basket, and told to no other service. */
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

  /** Adds those that are not there yet, over by `now`, and answers how many. Throws while one cannot be priced. */
  async function add(past: readonly PastOrder[], now: number): Promise<number> {
    const lived = [];
    for (const each of past) lived.push(live(each, await quote(each), now));
    return orders.add(lived);
  }

  return { has: orders.has, add };
}
