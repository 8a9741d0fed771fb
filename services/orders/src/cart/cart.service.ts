import { randomUUID } from 'node:crypto';
import type { Cart } from '@bramble/contracts/cart';
import { MAX_QUANTITY } from '@bramble/contracts/limits';
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

/** The one cart of a visitor. */
export interface OpenCart {
  /** Undefined for a guest who has no cart yet. */
  owner: string | undefined;
  actor: Actor;
  /** The guest's cart is part of the user's now: its name is good for nothing any more. */
  closed: boolean;
  /** Items have moved from the guest's cart into the user's. */
  moved: boolean;
}

/** Which of the items a refused quote names: it lists each as `items.<index>.productId`. */
function missingFrom(items: readonly Item[], error: unknown): string[] {
  if (!(error instanceof AppError) || error.code !== 'product_unavailable') return [];
  return (error.options.errors ?? []).flatMap(({ path }) => {
    const item = items[Number(/^items\.(\d+)\.productId$/.exec(path)?.[1] ?? NaN)];
    return item ? [item.productId] : [];
  });
}

export function createCartService({ carts, payments, currency }: CartDependencies) {
  const nothing = money(0, currency);
  const emptyCart: Cart = {
    items: [],
    totals: { subtotal: nothing, discount: nothing, tax: nothing, shipping: nothing, total: nothing },
  };

  const quote = (items: Item[], actor: Actor): Promise<Quote> =>
    payments.call(paymentsApi.quote, {
      as: actor,
      body: { items, ...(actor.userId === null ? {} : { userId: actor.userId }) },
    });

  /** Today's prices of those items that are still for sale; `gone` are the others. */
  const price = async (items: Item[], actor: Actor): Promise<{ cart: Cart; gone: string[] }> => {
    if (items.length === 0) return { cart: emptyCart, gone: [] };
    try {
      const cart = await quote(items, actor);
      const priced = new Set(cart.items.map(({ productId }) => productId));
      return { cart, gone: items.map(({ productId }) => productId).filter((id) => !priced.has(id)) };
    } catch (error) {
      const gone = missingFrom(items, error);
      if (gone.length === 0) throw error;
      const left = items.filter(({ productId }) => !gone.includes(productId));
      return { cart: left.length === 0 ? emptyCart : await quote(left, actor), gone };
    }
  };

  /** Lowers what came together by a merge to what there is. */
  const capToStock = async (owner: string, cart: Cart): Promise<boolean> => {
    const above = cart.items.filter(({ quantity, available }) => quantity > available && available > 0);
    for (const { productId, available } of above) await carts.set(owner, { productId, quantity: available });
    return above.length > 0;
  };

  async function view({ owner, actor, moved }: OpenCart): Promise<Cart> {
    if (owner === undefined) return emptyCart;
    const { cart, gone } = await price(await carts.items(owner), actor);
    if (gone.length > 0) await carts.remove(owner, gone);
    if (moved && (await capToStock(owner, cart))) return (await price(await carts.items(owner), actor)).cart;
    return cart;
  }

  /** Throws unless there is as much of the product as the cart would hold. */
  const checkStock = (cart: Cart, { productId, quantity }: Item) => {
    const line = cart.items.find((item) => item.productId === productId);
    if (!line) throw new AppError('product_unavailable');
    if (line.available < quantity)
      throw new AppError('out_of_stock', {
        detail: line.available > 0 ? `${line.available} left` : 'sold out',
        extra: { available: line.available },
      });
  };

  const itemOf = (productId: string, quantity: number): Item => ({
    productId: productId.toLowerCase(),
    quantity,
  });

  /** The visitor's cart. A guest's cart that meets a session moves into the user's. */
  async function open({ actor, guest: name }: CartVisitor): Promise<OpenCart> {
    const user = userOwner(actor);
    const guest = guestOwner(name);
    if (user === undefined || guest === undefined)
      return { owner: user ?? guest, actor, closed: false, moved: false };
    return { owner: user, actor, closed: true, moved: await carts.merge(guest, user) };
  }

  async function items({ owner }: OpenCart): Promise<Item[]> {
    return owner === undefined ? [] : carts.items(owner);
  }

  /** Adds to what the cart holds. `newGuest` is the name of the cart that a guest got by it. */
  async function add(opened: OpenCart, wish: Item): Promise<{ cart: Cart; newGuest?: string }> {
    const { owner, actor } = opened;
    const item = itemOf(wish.productId, wish.quantity);
    const before = await items(opened);
    const held = before.find(({ productId }) => productId === item.productId)?.quantity ?? 0;
    const wanted = { ...item, quantity: Math.min(held + item.quantity, MAX_QUANTITY) };
    const others = before.filter(({ productId }) => productId !== item.productId);
    const position = before.findIndex(({ productId }) => productId === item.productId);
    const after =
      position < 0 ? [...before, wanted] : before.map((old, i) => (i === position ? wanted : old));
    const { cart, gone } = await price(after, actor);
    checkStock(cart, wanted);
    const newGuest = owner === undefined ? randomUUID() : undefined;
    const holder = owner ?? `guest:${newGuest}`;
    const lost = others.filter(({ productId }) => gone.includes(productId));
    if (lost.length > 0)
      await carts.remove(
        holder,
        lost.map(({ productId }) => productId),
      );
    const quantity = await carts.add(holder, item);
    // Another tab added meanwhile: its share is in the cart too, so price what is really there.
    const shown = quantity === wanted.quantity ? cart : (await price(await carts.items(holder), actor)).cart;
    return { cart: shown, ...(newGuest === undefined ? {} : { newGuest }) };
  }

  async function set(opened: OpenCart, wish: Item): Promise<Cart> {
    const { owner, actor } = opened;
    const item = itemOf(wish.productId, wish.quantity);
    const before = await items(opened);
    if (owner === undefined || !before.some(({ productId }) => productId === item.productId))
      throw new AppError('not_found');
    const after = before.map((old) => (old.productId === item.productId ? item : old));
    const { cart, gone } = await price(after, actor);
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
