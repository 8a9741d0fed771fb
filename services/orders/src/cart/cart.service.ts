import { randomUUID } from 'node:crypto';
import type { Cart } from '@bramble/contracts/cart';
import { MAX_LINES, MAX_QUANTITY } from '@bramble/contracts/limits';
import { money } from '@bramble/contracts/money';
import type { Item } from '@bramble/contracts/orders';
import { paymentsApi, type Quote } from '@bramble/contracts/payments';
import type { Actor } from '@bramble/service-kit/base/actor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Upstream } from '@bramble/service-kit/http/client';
import { type CartVisitor, guestOwner, userOwner } from './cart.owner';
import type { CartRepository } from './cart.repository';

export interface CartDependencies {
  carts: CartRepository;
  payments: Upstream;
  currency: string;
}

/** The cart of one visitor. */
export interface OpenCart {
  /** The owner key; undefined for a guest who has no cart yet. */
  owner: string | undefined;
  actor: Actor;
  /** Where the goods would go, if the caller says so. */
  country: string | undefined;
  /** True when the guest's cart was merged into the user's, so that its cookie has to be cleared. */
  closed: boolean;
  /** True when items were moved from the guest's cart into the user's. */
  moved: boolean;
}

type Caller = Pick<OpenCart, 'actor' | 'country'>;

/** The product ids that a refused quote names; it lists each as `items.<index>.productId`. */
function missingFrom(items: readonly Item[], error: unknown): string[] {
  if (!(error instanceof AppError) || error.code !== 'product_unavailable') return [];
  return (error.options.errors ?? []).flatMap(({ path }) => {
    const item = items[Number(/^items\.(\d+)\.productId$/.exec(path)?.[1] ?? NaN)];
    return item ? [item.productId] : [];
  });
}

export function createCartService({ carts, payments, currency }: CartDependencies) {
  const zero = money(0, currency);
  const emptyCart: Cart = {
    items: [],
    totals: { subtotal: zero, discount: zero, tax: zero, shipping: zero, total: zero },
  };

  const quote = (items: Item[], { actor, country }: Caller): Promise<Quote> =>
    payments.call(paymentsApi.quote, {
      as: actor,
      body: {
        items,
        ...(country === undefined ? {} : { shippingAddress: { country } }),
        ...(actor.userId === null ? {} : { userId: actor.userId }),
      },
    });

  /** Prices the items that are for sale; `gone` lists the product ids that are not. */
  const price = async (all: Item[], caller: Caller): Promise<{ cart: Cart; gone: string[] }> => {
    // A merge may leave more lines than can be priced: the first ones are shown, and the others move up as lines go.
    const items = all.slice(0, MAX_LINES);
    if (items.length === 0) return { cart: emptyCart, gone: [] };
    try {
      const cart = await quote(items, caller);
      const priced = new Set(cart.items.map(({ productId }) => productId));
      return { cart, gone: items.map(({ productId }) => productId).filter((id) => !priced.has(id)) };
    } catch (error) {
      const gone = missingFrom(items, error);
      if (gone.length === 0) throw error;
      const left = items.filter(({ productId }) => !gone.includes(productId));
      return { cart: left.length === 0 ? emptyCart : await quote(left, caller), gone };
    }
  };

  /** Reduces quantities that exceed the stock after a merge. True when one was reduced. */
  const capToStock = async (owner: string, cart: Cart): Promise<boolean> => {
    const above = cart.items.filter(({ quantity, available }) => quantity > available && available > 0);
    for (const { productId, available } of above) await carts.set(owner, { productId, quantity: available });
    return above.length > 0;
  };

  async function view(opened: OpenCart): Promise<Cart> {
    const { owner, moved } = opened;
    if (owner === undefined) return emptyCart;
    const { cart, gone } = await price(await carts.items(owner), opened);
    if (gone.length > 0) await carts.remove(owner, gone);
    if (moved && (await capToStock(owner, cart))) return (await price(await carts.items(owner), opened)).cart;
    return cart;
  }

  /** Throws unless the stock covers the quantity that the cart would hold. */
  const checkStock = (cart: Cart, { productId, quantity }: Item) => {
    const line = cart.items.find((item) => item.productId === productId);
    if (!line) throw new AppError('product_unavailable');
    if (line.available < quantity)
      throw new AppError('out_of_stock', {
        detail: line.available > 0 ? `${line.available} left` : 'sold out',
        extra: { available: line.available },
      });
  };

  /** The cart with one changed line, which comes first when it lies beyond the lines that are priced. */
  const replaced = (before: readonly Item[], changed: Item): Item[] => {
    const after = before.map((old) => (old.productId === changed.productId ? changed : old));
    return after.indexOf(changed) < MAX_LINES
      ? after
      : [changed, ...after.filter((item) => item !== changed)];
  };

  const itemOf = (productId: string, quantity: number): Item => ({
    productId: productId.toLowerCase(),
    quantity,
  });

  /** Opens the visitor's cart. A guest's cart is merged into the cart of the user who signed in. */
  async function open({ actor, guest: name, country }: CartVisitor): Promise<OpenCart> {
    const user = userOwner(actor);
    const guest = guestOwner(name);
    if (user === undefined || guest === undefined)
      return { owner: user ?? guest, actor, country, closed: false, moved: false };
    return { owner: user, actor, country, closed: true, moved: await carts.merge(guest, user) };
  }

  async function items({ owner }: OpenCart): Promise<Item[]> {
    return owner === undefined ? [] : carts.items(owner);
  }

  /** Adds to the cart's quantity. `newGuest` is the id of a cart that was created for a guest. */
  async function add(opened: OpenCart, added: Item): Promise<{ cart: Cart; newGuest?: string }> {
    const { owner } = opened;
    const item = itemOf(added.productId, added.quantity);
    const before = await items(opened);
    const held = before.find(({ productId }) => productId === item.productId)?.quantity ?? 0;
    const changed = { ...item, quantity: Math.min(held + item.quantity, MAX_QUANTITY) };
    const others = before.filter(({ productId }) => productId !== item.productId);
    const isNew = others.length === before.length;
    if (isNew && before.length >= MAX_LINES)
      throw new AppError('invalid_input', {
        errors: [{ path: 'items', message: `at most ${MAX_LINES} products` }],
      });
    const after = isNew ? [...before, changed] : replaced(before, changed);
    const { cart, gone } = await price(after, opened);
    checkStock(cart, changed);
    const newGuest = owner === undefined ? randomUUID() : undefined;
    const holder = owner ?? `guest:${newGuest}`;
    const lost = others.filter(({ productId }) => gone.includes(productId));
    if (lost.length > 0)
      await carts.remove(
        holder,
        lost.map(({ productId }) => productId),
      );
    const quantity = await carts.add(holder, item);
    // Another tab added the product at the same time: price the quantity that is stored now.
    const shown =
      quantity === changed.quantity ? cart : (await price(await carts.items(holder), opened)).cart;
    return { cart: shown, ...(newGuest === undefined ? {} : { newGuest }) };
  }

  async function set(opened: OpenCart, chosen: Item): Promise<Cart> {
    const { owner } = opened;
    const item = itemOf(chosen.productId, chosen.quantity);
    const before = await items(opened);
    if (owner === undefined || !before.some(({ productId }) => productId === item.productId))
      throw new AppError('not_found');
    const after = replaced(before, item);
    const { cart, gone } = await price(after, opened);
    if (gone.length > 0) await carts.remove(owner, gone);
    checkStock(cart, item);
    if (!(await carts.set(owner, item))) throw new AppError('not_found');
    return cart;
  }

  async function remove(opened: OpenCart, productId: string): Promise<Cart> {
    if (opened.owner !== undefined) await carts.remove(opened.owner, [productId]);
    return view(opened);
  }

  async function clear({ owner }: OpenCart): Promise<void> {
    if (owner !== undefined) await carts.clear(owner);
  }

  return { open, view, items, add, set, remove, clear };
}
export type CartService = ReturnType<typeof createCartService>;
