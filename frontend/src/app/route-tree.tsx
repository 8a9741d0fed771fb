import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readAdminSearch } from '../features/admin/admin-search';
import { readCatalogueSearch } from '../features/catalogue/catalogue-search';
import { categoriesQuery, productQuery, productsQuery } from '../features/catalogue/catalogue.queries';
import { readNext } from '../lib/next-path';
import { Home } from '../routes/home';
import { Shell } from './shell';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: readCatalogueSearch,
  loaderDeps: ({ search }) => readCatalogueSearch({ ...search, page: undefined }),
  loader: ({ context: { queryClient }, deps }) => {
    void queryClient.prefetchQuery(categoriesQuery);
    void queryClient.prefetchInfiniteQuery(productsQuery(deps));
  },
  component: Home,
});

const product = createRoute({
  getParentRoute: () => root,
  path: '/products/$productId',
  loader: ({ context: { queryClient }, params }) => {
    void queryClient.prefetchQuery(productQuery(params.productId));
  },
  component: lazyRouteComponent(() => import('../routes/product'), 'ProductPage'),
});

const basket = createRoute({
  getParentRoute: () => root,
  path: '/basket',
  component: lazyRouteComponent(() => import('../routes/basket'), 'BasketPage'),
});

const checkout = createRoute({
  getParentRoute: () => root,
  path: '/checkout',
  component: lazyRouteComponent(() => import('../routes/checkout'), 'CheckoutPage'),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  component: lazyRouteComponent(() => import('../routes/orders'), 'OrdersPage'),
});

const order = createRoute({
  getParentRoute: () => root,
  path: '/orders/$orderId',
  component: lazyRouteComponent(() => import('../routes/order'), 'OrderPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readNext,
  component: lazyRouteComponent(() => import('../routes/sign-in'), 'SignInPage'),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: readNext,
  component: lazyRouteComponent(() => import('../routes/sign-up'), 'SignUpPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('../routes/account'), 'AccountPage'),
});

const sell = createRoute({
  getParentRoute: () => root,
  path: '/sell',
  component: lazyRouteComponent(() => import('../routes/sell'), 'SellPage'),
});

/** `new` in place of an id opens the form for a new product. */
const sellProduct = createRoute({
  getParentRoute: () => root,
  path: '/sell/$productId',
  component: lazyRouteComponent(() => import('../routes/sell-product'), 'SellProductPage'),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: '/admin',
  validateSearch: readAdminSearch,
  component: lazyRouteComponent(() => import('../routes/admin'), 'AdminPage'),
});

export const routeTree = root.addChildren([
  home,
  product,
  basket,
  checkout,
  orders,
  order,
  signIn,
  signUp,
  account,
  sell,
  sellProduct,
  admin,
]);
