import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { useSocketOpen, watchProduct } from '../../lib/socket';
import { productQuery } from './catalogue.queries';

const POLL_MS = 2_000;

/** A product whose stock stays current: by socket where there is one, otherwise by polling. */
export const useLiveProduct = (id: string) => {
  const client = useQueryClient();
  const live = useSocketOpen();
  useEffect(
    () =>
      watchProduct(id, (available) => {
        client.setQueryData<Product>(productQuery(id).queryKey, (product) =>
          product ? { ...product, stock: { ...product.stock, available } } : product,
        );
      }),
    [client, id],
  );
  return useQuery({ ...productQuery(id), staleTime: 1_000, refetchInterval: live ? 60_000 : POLL_MS });
};
