import { cartApi } from '@bramble/contracts/cart';
import { errorCodes } from '@bramble/contracts/errors';
import type { Parsed } from '@bramble/contracts/operation';
import { paymentsApi } from '@bramble/contracts/payments';
import { AppError } from '@bramble/service-kit/base/errors';
import { currentContext } from '@bramble/service-kit/base/request-context';
import type { Upstream } from '@bramble/service-kit/http/client';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { CodeGuesses } from '../discount/code-guesses.service';
import { boundedQuote, type QuoteService } from './quote.service';

/** The size of 64 quotes with 100 lines each. */
const BATCH_LIMIT = 1_000_000;

type Priced = Parsed<(typeof paymentsApi.quote)['body']>;

export const quoteRoutes = (
  quotes: QuoteService,
  orders: Upstream,
  { checkoutClosed, guesses }: { checkoutClosed: boolean; guesses: CodeGuesses },
): Mountable[] => {
  const priced = ({ items, discountCode, shippingAddress, claimUse, userId }: Priced) =>
    guesses.guarded({ guesser: userId, code: discountCode }, () =>
      boundedQuote(
        quotes.quote({
          items,
          discountCode,
          country: shippingAddress?.country,
          claimingOrderId: claimUse?.orderId,
        }),
      ),
    );

  return [
    endpoint(paymentsApi.quote, ({ body }) => priced(body)),
    endpoint(paymentsApi.quotes, { bodyLimit: BATCH_LIMIT }, async ({ body }) => ({
      items: await Promise.all(
        body.quotes.map((request) =>
          priced(request).then(
            (quote) => ({ quote }),
            (error: unknown) => {
              if (error instanceof AppError)
                return { problem: error.toProblem(currentContext().correlationId) };
              throw error;
            },
          ),
        ),
      ),
      checkoutClosed,
    })),
    endpoint(paymentsApi.calculate, async ({ body, actor, req }) => {
      const items =
        body.items ?? (await orders.call(cartApi.cartItems, { as: actor, cookie: req.headers.cookie })).items;
      if (items.length === 0) throw new AppError('cart_empty');
      const country = body.shippingAddress?.country;
      const quoteWith = (discountCode?: string) =>
        boundedQuote(quotes.quote({ items, country, discountCode }));
      try {
        const guess = { guesser: clientAddress(req), code: body.discountCode };
        return await guesses.guarded(guess, () => quoteWith(body.discountCode));
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'discount_invalid')) throw error;
        const discountProblem = { code: error.code, title: errorCodes[error.code].title };
        return { ...(await quoteWith()), discountProblem };
      }
    }),
  ];
};
