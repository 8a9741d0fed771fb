import type { Order } from '@bramble/contracts/orders';
import type { Page } from '@bramble/contracts/page';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post } from '../../lib/api';
import { attemptKey, endAttempt } from '../../lib/attempt';

interface OrderAnswer {
  order: Order;
}

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['mine', 'order', id],
    queryFn: async ({ signal }) => (await get<OrderAnswer>(`/api/orders/${id}`, { signal })).order,
  });

export const ordersQuery = infiniteQueryOptions({
  queryKey: ['mine', 'orders'],
  staleTime: 5_000,
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page<Order>) => last.nextCursor ?? undefined,
  queryFn: ({ pageParam, signal }) =>
    get<Page<Order>>('/api/orders', { query: { cursor: pageParam }, signal }),
});

export const cancelOrder = async (id: string): Promise<Order> =>
  (await post<OrderAnswer>(`/api/orders/${id}/cancel`)).order;

/** Tries another card. The shop charges at most one of them. */
export const payAgain = async (order: Order, token: string): Promise<Order> => {
  const body = { orderId: order.id, paymentMethod: { token } };
  const purpose = `pay.${order.id}.${order.payment.attempts}`;
  const headers = { 'Idempotency-Key': attemptKey(purpose, body) };
  const answer = await post<OrderAnswer>('/api/payments/checkout', body, { headers, timeout: 30_000 });
  endAttempt(purpose);
  return answer.order;
};
