import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import type { Money } from '@bramble/contracts/money';
import type { Order } from '@bramble/contracts/orders';
import type { Page } from '@bramble/contracts/page';
import { call } from '../../lib/api';
import { attemptKey, endAttempt } from '../../lib/attempt';
import { ordersApi } from '../../lib/operations.gen';
import type { AdminSearch } from './admin-search';

export const allOrdersQuery = (search: AdminSearch) =>
  infiniteQueryOptions({
    queryKey: ['mine', 'admin-orders', search],
    staleTime: 5_000,
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Order>) => last.nextCursor ?? undefined,
    queryFn: ({ pageParam, signal }) =>
      call(ordersApi.adminList, { query: { ...search, limit: 50, cursor: pageParam }, signal }),
  });

/** The amount that can still be refunded. */
export const refundable = ({ totals, payment }: Order): Money => ({
  amount:
    payment.status === 'captured' || payment.status === 'refunding'
      ? totals.total.amount - totals.refunded.amount
      : 0,
  currency: totals.total.currency,
});

export const refundOrder = async (
  order: Order,
  body: { amount?: Money; restock?: boolean; reason?: string },
): Promise<Order> => {
  const purpose = `refund.${order.id}.${order.version}`;
  const idempotencyKey = attemptKey(purpose, body);
  const answer = await call(ordersApi.refund, { params: { id: order.id }, body, idempotencyKey });
  endAttempt(purpose);
  return answer.order;
};
