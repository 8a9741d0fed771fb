import { money } from '@bramble/contracts/money';
import type { Cart } from '@bramble/contracts/cart';
import { MAX_QUANTITY, type Item } from '@bramble/contracts/orders';
import { paymentsApi, type Quote } from '@bramble/contracts/payments';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { Actor } from '@bramble/service-kit/base/actor';
import { closeGuestCart, guestCart, openGuestCart, userCart, type Visitor } from './cart.owner';
import type { CartRepository } from './cart.repository';

export interface CartDependencies {
  carts: CartRepository;
  payments: Upstream;
  currency: string;
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

  /** The visitor's cart. A guest's cart that meets a session moves into the user's, and its cookie goes. */
  const open = async (visitor: Visitor): Promise<{ owner?: string; merged: boolean }> => {
    const user = userCart(visitor);
    const guest = guestCart(visitor);
    if (user === undefined) return guest === undefined ? { merged: false } : { owner: guest, merged: false };
    if (guest === undefined) return { owner: user, merged: false };
    const merged = await carts.merge(guest, user);
    closeGuestCart(visitor);
    return { owner: user, merged };
  };

  /** Lowers what came together by a merge to what there is. */
  const capToStock = async (owner: string, cart: Cart): Promise<boolean> => {
    const above = cart.items.filter(({ quantity, available }) => quantity > available && available > 0);
    for (const { productId, available } of above) await carts.set(owner, { productId, quantity: available });
    return above.length > 0;
  };

  const view = async (visitor: Visitor): Promise<Cart> => {
    const { owner, merged } = await open(visitor);
    if (owner === undefined) return emptyCart;
    const { cart, gone } = await price(await carts.items(owner), visitor.actor);
    if (gone.length > 0) await carts.remove(owner, gone);
    if (merged && (await capToStock(owner, cart)))
      return (await price(await carts.items(owner), visitor.actor)).cart;
    return cart;
  };

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

  return {
    view,

    async items(visitor: Visitor): Promise<Item[]> {
      const { owner } = await open(visitor);
      return owner === undefined ? [] : carts.items(owner);
    },

    /** Where an order takes its items from. */
    sourceFor(visitor: Visitor) {
      return {
        owner: userCart(visitor) ?? '',
        items: async () => {
          const { owner } = await open(visitor);
          return owner === undefined ? [] : carts.items(owner);
        },
      };
    },

    async add(visitor: Visitor, wish: Item): Promise<Cart> {
      const { owner } = await open(visitor);
      const item = itemOf(wish.productId, wish.quantity);
      const before = owner === undefined ? [] : await carts.items(owner);
      const held = before.find(({ productId }) => productId === item.productId)?.quantity ?? 0;
      const wanted = { ...item, quantity: Math.min(held + item.quantity, MAX_QUANTITY) };
      const others = before.filter(({ productId }) => productId !== item.productId);
      const position = before.findIndex(({ productId }) => productId === item.productId);
      const after =
        position < 0 ? [...before, wanted] : before.map((old, i) => (i === position ? wanted : old));
      const { cart, gone } = await price(after, visitor.actor);
      checkStock(cart, wanted);
      const holder = owner ?? openGuestCart(visitor);
      const lost = others.filter(({ productId }) => gone.includes(productId));
      if (lost.length > 0)
        await carts.remove(
          holder,
          lost.map(({ productId }) => productId),
        );
      const quantity = await carts.add(holder, item);
      // Another tab added meanwhile: its share is in the cart too, so price what is really there.
      return quantity === wanted.quantity
        ? cart
        : (await price(await carts.items(holder), visitor.actor)).cart;
    },

    async set(visitor: Visitor, wish: Item): Promise<Cart> {
      const { owner } = await open(visitor);
      const item = itemOf(wish.productId, wish.quantity);
      const before = owner === undefined ? [] : await carts.items(owner);
      if (owner === undefined || !before.some(({ productId }) => productId === item.productId))
        throw new AppError('not_found');
      const after = before.map((old) => (old.productId === item.productId ? item : old));
      const { cart, gone } = await price(after, visitor.actor);
      if (gone.length > 0) await carts.remove(owner, gone);
      checkStock(cart, item);
      if (!(await carts.set(owner, item))) throw new AppError('not_found');
      return cart;
    },

    async remove(visitor: Visitor, productId: string): Promise<Cart> {
      const { owner } = await open(visitor);
      if (owner !== undefined) await carts.remove(owner, [productId]);
      return view(visitor);
    },

    async clear(visitor: Visitor): Promise<void> {
      const { owner } = await open(visitor);
      if (owner !== undefined) await carts.clear(owner);
    },
  };
}
export type CartService = ReturnType<typeof createCartService>;
