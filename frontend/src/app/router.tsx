import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import { NotFound } from '../components/not-found';
import { queryClient } from '../lib/query-client';
import { RouteFailure } from './route-failure';
import { routeTree } from './route-tree';

/** Search parameters stay text: `?q=007` is not parsed as the number seven. */
const plain = (value: string): string => value;

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  parseSearch: parseSearchWith(plain),
  stringifySearch: stringifySearchWith(String),
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: RouteFailure,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
