import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Order } from '@bramble/contracts/orders';
import type { Page } from '@bramble/contracts/page';
import { call } from '../../lib/api';
import { attemptKey, endAttempt } from '../../lib/attempt';
import { ordersApi } from '../../lib/operations.gen';

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['mine', 'order', id],
    queryFn: async ({ signal }) => (await call(ordersApi.get, { params: { id }, signal })).order,
  });

export const ordersQuery = infiniteQueryOptions({
  queryKey: ['mine', 'orders'],
  staleTime: 5_000,
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page<Order>) => last.nextCursor ?? undefined,
  queryFn: ({ pageParam, signal }) => call(ordersApi.list, { query: { cursor: pageParam }, signal }),
});

export const cancelOrder = async (id: string): Promise<Order> =>
  (await call(ordersApi.cancel, { params: { id } })).order;

/** Pays with another card. The shop charges at most one of them. */
export const payAgain = async (order: Order, token: string): Promise<Order> => {
  const body = { orderId: order.id, paymentMethod: { token } };
  const purpose = `pay.${order.id}.${order.payment.attempts}`;
  const idempotencyKey = attemptKey(purpose, body);
  const answer = await call(ordersApi.checkout, { body, idempotencyKey, timeout: 30_000 });
  endAttempt(purpose);
  return answer.order;
};
