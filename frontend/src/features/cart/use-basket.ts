import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { cartQuery, cartState, onCartState } from './cart-sync';
import { countOf, foresee } from './cart-wishes';

/** The cart as the shopper sees it: the shop's lines with all unconfirmed changes applied. */
export const useBasket = () => {
  const query = useQuery(cartQuery);
  const { wishes, sending, refusals, stuck } = useSyncExternalStore(onCartState, cartState);
  const lines = useMemo(() => foresee(query.data, sending, wishes), [query.data, sending, wishes]);
  const unsent = Object.keys(wishes).length + Object.keys(sending).length;
  return {
    lines,
    refusals,
    stuck,
    unsent,
    count: countOf(lines),
    cart: query.data,
    totals: query.data?.totals,
    /** The totals belong to an older basket than the one on the screen. */
    settling: unsent > 0,
    isPending: query.isPending && lines.length === 0,
    error: query.error,
    refetch: query.refetch,
  };
};
