import { queryOptions } from '@tanstack/react-query';
import { call } from './api';
import { shopApi } from './operations.gen';

/** Whether the shop takes test cards, which the card fields then list. */
export const takesTestCards = (methods: readonly { type: string }[] | undefined): boolean =>
  methods?.some(({ type }) => type === 'sandbox') ?? false;

/** What the shop offers. Without a payment method its checkout is closed. */
export const shopQuery = queryOptions({
  queryKey: ['shop'],
  staleTime: 60_000,
  queryFn: ({ signal }) => call(shopApi.shop, { signal }),
});
