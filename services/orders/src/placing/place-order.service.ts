import { MAX_QUANTITY } from '@bramble/contracts/limits';
import type { Money } from '@bramble/contracts/money';
import { money } from '@bramble/contracts/money';
import { type Item, mergeItems, type Order, type PlaceOrderBody } from '@bramble/contracts/orders';
import { paymentsApi, type Quote, type QuoteRequest } from '@bramble/contracts/payments';
import { batcher } from '@bramble/service-kit/base/batcher';
import { AppError, errorOfProblem, isRefusal } from '@bramble/service-kit/base/errors';
import { newId, orderNumber } from '@bramble/service-kit/base/ids';
import { currentContext } from '@bramble/service-kit/base/request-context';
import { newEvent } from '@bramble/service-kit/events/events';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { IdempotencyRepository } from '../idempotency/idempotency.repository';
import { ABANDONED_MS, type FirstRequest, OvertakenError } from '../idempotency/idempotency.service';
import { RESEND_MS } from '../life/order.deadlines';
import { toOrder } from '../life/order.dto';
import { placedEvent } from '../life/order.events';
import type { OrderState } from '../life/order.types';
import type { PlaceOrderRepository } from './place-order.repository';
import type { UnpaidOrdersRepository } from './unpaid-orders.repository';

/** The cart that supplies the items when the body has none. */
interface CartSource {
  owner: string | undefined;
  items: () => Promise<readonly Item[]>;
}
/** Where an order comes from. */
export interface PlaceSource {
  cart: CartSource;
  /** The client's address. */
  address: string;
}
interface Placement {
  first: FirstRequest;
  body: PlaceOrderBody;
  items: Item[];
  placedFrom: string;
  /** The owner of the cart that the items came from. */
  cartOwner?: string;
}
export interface PlaceOrderDependencies {
  orders: PlaceOrderRepository;
  answers: IdempotencyRepository;
  payments: Upstream;
  unpaid: UnpaidOrdersRepository;
  /** A keyed hash: addresses are personal data and are not stored. */
  hashOf: (address: string) => string;
  currency: string;
  reservationMs: number;
}

/** Merges lines of the same product, so that they are checked, priced and reserved together. */
function linesOf(items: readonly Item[]): Item[] {
  const merged = mergeItems(items.map((item) => ({ ...item, productId: item.productId.toLowerCase() })));
  if (merged.some(({ quantity }) => quantity > MAX_QUANTITY))
    throw new AppError('invalid_input', {
      errors: [{ path: 'items', message: `at most ${MAX_QUANTITY} of one product` }],
    });
  return merged;
}

export function createPlaceOrder(dependencies: PlaceOrderDependencies) {
  const { orders, answers, payments, unpaid, hashOf, currency, reservationMs } = dependencies;

  // Simultaneous orders are priced in one call.
  const quotes = batcher<QuoteRequest, Quote>({
    max: 64,
    concurrency: 2,
    run: async (requests) => {
      const { items, checkoutClosed } = await payments.call(paymentsApi.quotes, {
        body: { quotes: requests },
      });
      if (checkoutClosed) return items.map(() => new AppError('checkout_closed'));
      return items.map((item) =>
        'quote' in item ? item.quote : (errorOfProblem(item.problem) ?? new AppError('bad_gateway')),
      );
    },
  });

  const quoteFor = async (
    userId: string,
    body: PlaceOrderBody,
    items: Item[],
    orderId?: string,
  ): Promise<Quote> => {
    const quote = await quotes({
      items,
      userId,
      shippingAddress: body.shippingAddress,
      ...(body.discountCode === undefined ? {} : { discountCode: body.discountCode }),
      ...(orderId === undefined ? {} : { claimUse: { orderId } }),
    });
    if (quote.items.length < items.length) throw new AppError('product_unavailable');
    checkTotal(body.expectedTotal, quote);
    return quote;
  };

  const checkTotal = (expected: Money | undefined, quote: Quote) => {
    if (expected && expected.amount !== quote.totals.total.amount)
      throw new AppError('price_changed', { extra: { totals: quote.totals } });
  };

  const pendingOrder = (id: string, { first, body, placedFrom }: Placement, quote: Quote): OrderState => ({
    id,
    number: orderNumber(),
    userId: first.request.userId,
    status: 'PENDING',
    version: 1,
    currency,
    lines: quote.items.map(({ available: _available, ...line }) => line),
    totals: { ...quote.totals, refunded: money(0, currency) },
    shippingAddress: body.shippingAddress,
    card: body.paymentMethod.token,
    attempt: 0,
    capture: 'none',
    captured: 0,
    refunds: [],
    restock: true,
    expiresAt: first.now + reservationMs,
    obligations: [{ kind: 'reserve', since: first.now, dueAt: first.now + RESEND_MS, resent: 0 }],
    correlationId: currentContext().correlationId,
    createdAt: first.now,
    placedFrom,
  });

  const write = async (order: OrderState, { first, cartOwner }: Placement, quote: Quote): Promise<Order> => {
    const timeline = [{ status: order.status, at: new Date(order.createdAt).toISOString() }];
    const shown = toOrder({ ...order, timeline });
    const placed = await orders.place({
      order,
      event: newEvent(placedEvent(order)),
      request: first.request,
      answer: first.answerOf(shown),
      available: new Map(quote.items.map(({ productId, available }) => [productId, available])),
      ...(cartOwner === undefined ? {} : { cartOwner }),
    });
    if (!placed) throw new OvertakenError();
    return shown;
  };

  /**
   * Places an order with a discount. The order id is stored before payments claims the use, so that a retry uses the
   * same id.
   */
  async function placeDiscounted(placement: Placement): Promise<Order> {
    const { first, body, items } = placement;
    const { request, earlierOrderId } = first;
    const orderId = await answers.begin(request, earlierOrderId ?? newId(), ABANDONED_MS);
    if (orderId === undefined) throw new OvertakenError();
    try {
      const quote = await quoteFor(request.userId, body, items, orderId);
      return await write(pendingOrder(orderId, placement, quote), placement, quote);
    } catch (error) {
      if (isRefusal(error)) await answers.forget(request);
      else if (error instanceof AppError) await answers.abandon(request);
      throw error;
    }
  }

  /**
   * Places an order: priced by payments, then written with its event and the answer to its request in one statement.
   * For a discount the order id is stored first, so that a retry after a crash claims the use only once.
   */
  async function place(
    first: FirstRequest,
    body: PlaceOrderBody,
    { cart, address }: PlaceSource,
  ): Promise<Order> {
    const { userId } = first.request;
    if (body.expectedTotal && body.expectedTotal.currency !== currency)
      throw new AppError('currency_mismatch');
    const items = linesOf(body.items ?? (await cart.items()));
    if (items.length === 0) throw new AppError('cart_empty');
    const placedFrom = hashOf(address);
    const placement: Placement = { first, body, items, placedFrom };
    if (!body.items && cart.owner !== undefined) placement.cartOwner = cart.owner;
    const quote = await quoteFor(userId, body, items);
    const id = first.earlierOrderId ?? newId();
    if (body.discountCode === undefined) return write(pendingOrder(id, placement, quote), placement, quote);
    // An order that the limits refuse claims no use of a discount.
    await unpaid.check({ id, userId, placedFrom, lines: quote.items });
    return placeDiscounted(placement);
  }

  return { place };
}
export type PlaceOrder = ReturnType<typeof createPlaceOrder>;
