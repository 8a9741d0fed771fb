import type { ProductSnapshot } from '@bramble/contracts/catalog';
import { money } from '@bramble/contracts/money';
import type { Item } from '@bramble/contracts/orders';
import type { Quote } from '@bramble/contracts/payments';
import { AppError } from '@bramble/service-kit/base/errors';
import type { DiscountUseRepository } from '../discount/discount-use.repository';
import type { DiscountRepository } from '../discount/discount.repository';
import { refusal } from '../discount/discount.rules';
import { AmountTooLarge, lineTotal, priceBasket, type Reduction, subtotalOf } from '../pricing/price';

export interface QuoteRequest {
  items: readonly Item[];
  discountCode?: string | undefined;
  country?: string | undefined;
  /** The id of the order that claims one use of the discount code. */
  claimingOrderId?: string | undefined;
}

/** Prices baskets at current prices. */
export function createQuoteService({
  product,
  discounts,
  uses,
  currency,
}: {
  /** A product that is for sale; undefined when it is not. */
  product: (id: string) => Promise<ProductSnapshot | undefined>;
  discounts: DiscountRepository;
  uses: DiscountUseRepository;
  currency: string;
}) {
  const snapshots = async (items: readonly Item[]): Promise<Map<string, ProductSnapshot>> => {
    const ids = [...new Set(items.map(({ productId }) => productId))];
    const found = await Promise.all(ids.map(async (id) => [id, await product(id)] as const));
    const known = new Map<string, ProductSnapshot>();
    for (const [id, snapshot] of found) if (snapshot) known.set(id, snapshot);
    return known;
  };

  const reductionBy = async (
    { discountCode, claimingOrderId }: QuoteRequest,
    subtotal: number,
  ): Promise<Reduction | undefined> => {
    if (discountCode === undefined) return undefined;
    const claimed =
      claimingOrderId === undefined
        ? undefined
        : await uses.claimUse(discountCode, claimingOrderId, subtotal);
    if (claimed) return claimed;
    const discount = await discounts.find(discountCode);
    const reason = refusal(discount, { subtotal, now: new Date() });
    if (discount && reason === undefined && claimingOrderId === undefined) return discount;
    // One sentence for every reason: different sentences would reveal which codes exist.
    throw new AppError('discount_invalid');
  };

  async function quote(request: QuoteRequest): Promise<Quote> {
    const known = await snapshots(request.items);
    const missing: { path: string; message: string }[] = [];
    const lines: Quote['items'] = [];
    request.items.forEach(({ productId, quantity }, index) => {
      const snapshot = known.get(productId);
      if (!snapshot) return missing.push({ path: `items.${index}.productId`, message: productId });
      if (snapshot.price.currency !== currency) throw new AppError('currency_mismatch');
      const { id, sellerId, title, price, available } = snapshot;
      const total = money(lineTotal({ unitPrice: price.amount, quantity }), currency);
      return lines.push({
        productId: id,
        sellerId,
        title,
        unitPrice: price,
        quantity,
        lineTotal: total,
        available,
      });
    });
    if (missing.length > 0) throw new AppError('product_unavailable', { errors: missing });

    const basket = lines.map(({ unitPrice, quantity }) => ({ unitPrice: unitPrice.amount, quantity }));
    const reduction = await reductionBy(request, subtotalOf(basket));
    const totals = priceBasket(basket, { country: request.country, reduction });
    return {
      items: lines,
      totals: {
        subtotal: money(totals.subtotal, currency),
        discount: money(totals.discount, currency),
        tax: money(totals.tax, currency),
        shipping: money(totals.shipping, currency),
        total: money(totals.total, currency),
      },
    };
  }

  return { quote };
}
export type QuoteService = ReturnType<typeof createQuoteService>;

/** Rejects a quote whose sum exceeds MAX_AMOUNT with `invalid_input`. */
export async function boundedQuote<T>(quote: Promise<T>): Promise<T> {
  try {
    return await quote;
  } catch (error) {
    if (!(error instanceof AmountTooLarge)) throw error;
    throw new AppError('invalid_input', {
      errors: [{ path: 'items', message: error.message }],
      cause: error,
    });
  }
}
