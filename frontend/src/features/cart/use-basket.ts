import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { applyChanges, countOf } from './cart-changes';
import { cartQuery, cartState, onCartState } from './cart-sync';

/** The cart as the shopper sees it: the shop's lines with all unconfirmed changes applied. */
export const useBasket = () => {
  const query = useQuery(cartQuery);
  const { changes, sending, refusals, unreachable } = useSyncExternalStore(onCartState, cartState);
  const lines = useMemo(() => applyChanges(query.data, sending, changes), [query.data, sending, changes]);
  const unsent = Object.keys(changes).length + Object.keys(sending).length;
  return {
    lines,
    refusals,
    unreachable,
    unsent,
    count: countOf(lines),
    cart: query.data,
    totals: query.data?.totals,
    /** The totals belong to an older basket than the one on the screen. */
    settling: unsent > 0,
    isFetching: query.isFetching,
    isPending: query.isPending && lines.length === 0,
    error: query.error,
    refetch: query.refetch,
  };
};
