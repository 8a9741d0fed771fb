import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSocketOpen, watchOrders } from '../../lib/socket';
import { isDeclined, isSettled } from './order-words';
import { orderQuery, ordersQuery } from './orders.queries';

const POLL_MS = 1_000;
const IDLE_MS = 15_000;

/** An order that stays current until it has ended. */
export const useLiveOrder = (id: string) => {
  const client = useQueryClient();
  const live = useSocketOpen();
  useEffect(
    () =>
      watchOrders((order) => {
        if (order && order.id !== id) return;
        const { queryKey } = orderQuery(id);
        const known = client.getQueryData(queryKey);
        if (order && (!known || order.version >= known.version)) client.setQueryData(queryKey, order);
        else void client.invalidateQueries({ queryKey });
      }),
    [client, id],
  );
  const query = useQuery({
    ...orderQuery(id),
    staleTime: 0,
    refetchInterval: ({ state: { data } }) => {
      if (!data || isSettled(data)) return false;
      return live || isDeclined(data) ? IDLE_MS : POLL_MS;
    },
  });
  const status = query.data?.status;
  useEffect(() => {
    if (status) void client.invalidateQueries({ queryKey: ordersQuery.queryKey });
  }, [client, status]);
  return { ...query, live };
};
