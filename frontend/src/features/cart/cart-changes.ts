import type { Cart } from '@bramble/contracts/cart';
import type { Product } from '@bramble/contracts/catalog';
import { MAX_QUANTITY } from '@bramble/contracts/limits';
import type { Money } from '@bramble/contracts/money';
import { times } from '../../lib/money';

/**
 * A change of the cart that the shop has not confirmed yet. `set` is the quantity last chosen (0 removes the line),
 * `add` is what was added after that. Both can be present: three chosen, then one more added.
 */
export interface CartChange {
  productId: string;
  title: string;
  unitPrice: Money;
  set?: number;
  add: number;
  /** Sent with the request, so that a repeated request does not count twice. */
  key: string;
}
export type CartChanges = Readonly<Record<string, CartChange>>;

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
export const withAddition = (
  changes: CartChanges,
  goods: Goods,
  quantity: number,
  newKey: () => string,
): CartChanges => {
  const earlier = changes[goods.productId];
  const change = earlier
    ? { ...earlier, add: earlier.add + quantity }
    : {
        productId: goods.productId,
        title: goods.title,
        unitPrice: goods.unitPrice,
        add: quantity,
        key: newKey(),
      };
  return { ...changes, [goods.productId]: change };
};

/** Sets a quantity; earlier changes of this product no longer matter. */
export const withQuantity = (
  changes: CartChanges,
  goods: Goods,
  quantity: number,
  newKey: () => string,
): CartChanges => ({
  ...changes,
  [goods.productId]: {
    productId: goods.productId,
    title: goods.title,
    unitPrice: goods.unitPrice,
    set: quantity,
    add: 0,
    key: newKey(),
  },
});

export const withoutChange = (changes: CartChanges, productId: string): CartChanges => {
  const { [productId]: _gone, ...rest } = changes;
  return rest;
};

/** Merges a later change into one that was being sent, for when sending failed and both must be sent again. */
export const mergeChanges = (first: CartChange, later: CartChange | undefined): CartChange => {
  if (!later) return first;
  return later.set === undefined ? { ...first, add: first.add + later.add } : later;
};

const changedQuantity = (known: number, change: CartChange | undefined): number =>
  change ? Math.min(MAX_QUANTITY, (change.set ?? known) + change.add) : known;

/** The cart as it will be once the shop has applied all changes. */
export const applyChanges = (cart: Cart | undefined, ...layers: CartChanges[]): BasketLine[] => {
  const lines = new Map<string, BasketLine>();
  for (const item of cart?.items ?? []) {
    const { productId, title, unitPrice, quantity, lineTotal, available } = item;
    lines.set(productId, { productId, title, unitPrice, quantity, lineTotal, available, pending: false });
  }
  for (const change of layers.flatMap((layer) => Object.values(layer))) {
    const line = lines.get(change.productId);
    const quantity = changedQuantity(line?.quantity ?? 0, change);
    if (quantity <= 0) {
      lines.delete(change.productId);
      continue;
    }
    const unitPrice = line?.unitPrice ?? change.unitPrice;
    lines.set(change.productId, {
      productId: change.productId,
      title: line?.title ?? change.title,
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
export const parseChanges = (text: string | null): CartChanges => {
  try {
    const value = JSON.parse(text ?? '{}') as Record<string, Partial<CartChange>>;
    const wellFormed = Object.entries(value).filter(
      (entry): entry is [string, CartChange] =>
        typeof entry[1].add === 'number' &&
        typeof entry[1].key === 'string' &&
        entry[1].unitPrice !== undefined,
    );
    return Object.fromEntries(wellFormed);
  } catch {
    return {};
  }
};
