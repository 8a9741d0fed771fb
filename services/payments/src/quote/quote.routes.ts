import { ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { endpoint, type Mountable } from '@bramble/service-kit/endpoint';
import { AppError } from '@bramble/service-kit/errors';
import type { Upstream } from '@bramble/service-kit/http-client';
import { boundedQuote, type QuoteService } from './quote.service';

export const quoteRoutes = (quotes: QuoteService, orders: Upstream): Mountable[] => [
  ...endpoint(paymentsApi.quote, ({ body }) =>
    boundedQuote(
      quotes.quote({
        items: body.items,
        discountCode: body.discountCode,
        country: body.shippingAddress?.country,
        takeFor: body.take?.orderId,
      }),
    ),
  ),
  ...endpoint(paymentsApi.calculate, async ({ body, actor, req }) => {
    const items =
      body.items ?? (await orders.call(ordersApi.cartItems, { as: actor, cookie: req.headers.cookie })).items;
    if (items.length === 0) throw new AppError('cart_empty');
    return boundedQuote(
      quotes.quote({
        items,
        discountCode: body.discountCode,
        country: body.shippingAddress?.country,
      }),
    );
  }),
];
