import type { Cart } from '@bramble/contracts/cart';
import type { Product } from '@bramble/contracts/catalog';
import { MAX_QUANTITY } from '@bramble/contracts/limits';
import type { Money } from '@bramble/contracts/money';
import { times } from '../../lib/money';

/**
 * A change of the cart that the shop has not confirmed yet. `set` is the quantity last chosen (0 removes the line),
 * `add` is what was added after that. Both can be present: three chosen, then one more added.
 */
export interface Wish {
  productId: string;
  title: string;
  unitPrice: Money;
  set?: number;
  add: number;
  /** Sent with the request, so that a repeated request does not count twice. */
  key: string;
}
export type Wishes = Readonly<Record<string, Wish>>;

export interface BasketLine {
  productId: string;
  title: string;
  unitPrice: Money;
  quantity: number;
  lineTotal: Money;
  available: number;
  pending: boolean;
}

type Goods = Pick<Product, 'title'> & { productId: string; unitPrice: Money };

/** Adds `quantity`. Repeated presses become one change, and so one request. */
export const wishMore = (wishes: Wishes, goods: Goods, quantity: number, newKey: () => string): Wishes => {
  const earlier = wishes[goods.productId];
  const wish = earlier
    ? { ...earlier, add: earlier.add + quantity }
    : {
        productId: goods.productId,
        title: goods.title,
        unitPrice: goods.unitPrice,
        add: quantity,
        key: newKey(),
      };
  return { ...wishes, [goods.productId]: wish };
};

/** Sets a quantity; earlier changes of this product no longer matter. */
export const wishExactly = (
  wishes: Wishes,
  goods: Goods,
  quantity: number,
  newKey: () => string,
): Wishes => ({
  ...wishes,
  [goods.productId]: {
    productId: goods.productId,
    title: goods.title,
    unitPrice: goods.unitPrice,
    set: quantity,
    add: 0,
    key: newKey(),
  },
});

export const without = (wishes: Wishes, productId: string): Wishes => {
  const { [productId]: _gone, ...rest } = wishes;
  return rest;
};

/** Merges a later change into one that was being sent, for when sending failed and both must be sent again. */
export const together = (first: Wish, later: Wish | undefined): Wish => {
  if (!later) return first;
  return later.set === undefined ? { ...first, add: first.add + later.add } : later;
};

const wanted = (known: number, wish: Wish | undefined): number =>
  wish ? Math.min(MAX_QUANTITY, (wish.set ?? known) + wish.add) : known;

/** The cart as it will be once the shop has applied all changes. */
export const foresee = (cart: Cart | undefined, ...layers: Wishes[]): BasketLine[] => {
  const lines = new Map<string, BasketLine>();
  for (const item of cart?.items ?? []) {
    const { productId, title, unitPrice, quantity, lineTotal, available } = item;
    lines.set(productId, { productId, title, unitPrice, quantity, lineTotal, available, pending: false });
  }
  for (const wish of layers.flatMap((layer) => Object.values(layer))) {
    const line = lines.get(wish.productId);
    const quantity = wanted(line?.quantity ?? 0, wish);
    if (quantity <= 0) {
      lines.delete(wish.productId);
      continue;
    }
    const unitPrice = line?.unitPrice ?? wish.unitPrice;
    lines.set(wish.productId, {
      productId: wish.productId,
      title: line?.title ?? wish.title,
      unitPrice,
      quantity,
      lineTotal: times(unitPrice, quantity),
      available: line?.available ?? MAX_QUANTITY,
      pending: true,
    });
  }
  return [...lines.values()];
};

export const countOf = (lines: BasketLine[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

/** Reads the changes that an earlier page stored; anything malformed counts as none. */
export const readWishes = (text: string | null): Wishes => {
  try {
    const value = JSON.parse(text ?? '{}') as Record<string, Partial<Wish>>;
    const whole = Object.entries(value).filter(
      (entry): entry is [string, Wish] =>
        typeof entry[1].add === 'number' &&
        typeof entry[1].key === 'string' &&
        entry[1].unitPrice !== undefined,
    );
    return Object.fromEntries(whole);
  } catch {
    return {};
  }
};
