import { queryOptions } from '@tanstack/react-query';
import { isCode } from '@bramble/contracts/call-error';
import type { Money } from '@bramble/contracts/money';
import type { Address, Order } from '@bramble/contracts/orders';
import { call } from '../../lib/api';
import { attemptKey, endAttempt } from '../../lib/attempt';
import { ordersApi, paymentsApi } from '../../lib/operations.gen';

/** The price of the cart for a destination. The query key holds the contents, so that a changed cart is priced again. */
export const quoteQuery = (basket: string, country: string, discountCode: string | undefined) =>
  queryOptions({
    queryKey: ['quote', basket, country, discountCode ?? ''],
    enabled: basket !== '',
    staleTime: 0,
    retry: (count, error) => count < 2 && !isCode(error, 'cart_empty'),
    queryFn: ({ signal }) =>
      call(paymentsApi.calculate, {
        body: { shippingAddress: { country }, ...(discountCode && { discountCode }) },
        signal,
      }),
  });

export interface PlaceOrder {
  shippingAddress: Address;
  paymentMethod: { token: string };
  discountCode?: string;
  expectedTotal: Money;
}

const PURPOSE = 'order';

/** Places an order from the cart. Sending the same again after a lost answer is safe. */
export const placeOrder = async (body: PlaceOrder): Promise<Order> => {
  const idempotencyKey = attemptKey(PURPOSE, body);
  const { order } = await call(ordersApi.place, { body, idempotencyKey, timeout: 30_000 });
  endAttempt(PURPOSE);
  return order;
};
