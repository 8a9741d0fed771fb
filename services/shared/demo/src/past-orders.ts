import type { Address } from '@bramble/contracts/orders';
import { demoProductId } from './goods';
import { demoPeople } from './people';

/** A past order of the demo. Times are milliseconds since 1970. */
export interface PastOrder {
  readonly id: string;
  readonly userId: string;
  readonly correlationId: string;
  readonly createdAt: number;
  readonly items: readonly { productId: string; quantity: number }[];
  readonly shippingAddress: Address;
  /** True for an order that was cancelled and refunded after its payment; the others were delivered. */
  readonly cancelled: boolean;
}

type Basket = readonly (readonly [product: number, quantity: number])[];

/** Days before now, and the quantity of each demo product by its number. */
// prettier-ignore
const baskets: readonly { days: number; items: Basket; cancelled?: true }[] = [
  { days: 41, items: [[3, 2], [14, 1]] },
  { days: 36, items: [[22, 1]] },
  { days: 33, items: [[1, 4], [8, 1], [17, 1]] },
  { days: 28, items: [[5, 1]] },
  { days: 24, items: [[12, 2], [30, 1]] },
  { days: 20, items: [[7, 1], [9, 3]] },
  { days: 17, items: [[18, 1]], cancelled: true },
  { days: 13, items: [[2, 1], [3, 2]] },
  { days: 9, items: [[26, 1], [11, 1]] },
  { days: 6, items: [[4, 6]] },
  { days: 3, items: [[15, 1], [22, 1], [6, 2]] },
  { days: 1, items: [[10, 2]] },
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const shippingAddress: Address = {
  name: demoPeople.buyer.name,
  line1: '4 Blackberry Lane',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};
/** Ids lower than those of new orders, so that past orders come last in every list. */
const orderId = (n: number) => `01900000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;

/** The demo buyer's past orders, oldest first; `now` in milliseconds since 1970. */
export const pastOrders = (now: number): PastOrder[] =>
  baskets.map(({ days, items, cancelled = false }, index) => ({
    id: orderId(index + 1),
    userId: demoPeople.buyer.id,
    correlationId: `demo-${index + 1}`,
    createdAt: now - days * DAY_MS - ((index * 5) % 12) * HOUR_MS,
    items: items.map(([product, quantity]) => ({ productId: demoProductId(product), quantity })),
    shippingAddress,
    cancelled,
  }));
