import { queryOptions } from '@tanstack/react-query';
import { CallError, isCode } from '@bramble/contracts/call-error';
import type { Cart } from '@bramble/contracts/cart';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { sentenceFor } from '../../lib/error-sentence';
import { cartApi } from '../../lib/operations.gen';
import { queryClient } from '../../lib/query-client';
import { stored } from '../../lib/stored';
import { readWishes, together, type Wish, type Wishes, wishExactly, wishMore, without } from './cart-wishes';

type Goods = Parameters<typeof wishMore>[1];

export interface CartState {
  wishes: Wishes;
  /** The change that is being sent. */
  sending: Wishes;
  /** Refused changes by product id; shown beside the product until the next try. */
  refusals: Readonly<Record<string, string>>;
  /** The shop could not be reached; changes wait. */
  stuck: boolean;
}

const SETTLE_MS = 250;
const RETRY_MS = 5_000;
const kept = stored('bramble.wishes');
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('bramble.cart');

let state: CartState = { wishes: readWishes(kept.get()), sending: {}, refusals: {}, stuck: false };
let running = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

const change = (next: Partial<CartState>): void => {
  state = { ...state, ...next };
  const unsent = Object.values(state.sending).reduce<Wishes>(
    (all, wish) => ({ ...all, [wish.productId]: together(wish, all[wish.productId]) }),
    state.wishes,
  );
  if (Object.keys(unsent).length > 0) kept.set(JSON.stringify(unsent));
  else kept.clear();
  listeners.forEach((listener) => listener());
};

export const cartState = (): CartState => state;
export const onCartState = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const cartQuery = queryOptions({
  queryKey: ['cart'],
  staleTime: 30_000,
  queryFn: async ({ signal }) => (await call(cartApi.getCart, { signal })).cart,
});

const known = (): Cart | undefined => queryClient.getQueryData(cartQuery.queryKey);
/** Stores the newest cart of the shop, and cancels older requests, whose answers would bring back an older cart. */
const keep = async (cart: Cart): Promise<void> => {
  await queryClient.cancelQueries({ queryKey: cartQuery.queryKey });
  queryClient.setQueryData(cartQuery.queryKey, cart);
};
const ask = async (): Promise<Cart> => queryClient.fetchQuery({ ...cartQuery, staleTime: 0, retry: false });
const held = (cart: Cart | undefined, productId: string): number =>
  cart?.items.find((item) => item.productId === productId)?.quantity ?? 0;

const fulfil = async ({ productId, set, add }: Wish): Promise<Cart> => {
  const params = { productId };
  const inBasket = held(known(), productId) > 0;
  const addToCart = async (quantity: number) =>
    (await call(cartApi.addToCart, { body: { productId, quantity } })).cart;
  if (set === undefined) return addToCart(add);
  const quantity = set + add;
  if (quantity <= 0) return inBasket ? (await call(cartApi.removeCartItem, { params })).cart : ask();
  if (!inBasket) return addToCart(quantity);
  return (await call(cartApi.setCartItem, { params, body: { quantity } })).cart;
};

/** An addition whose answer was lost may have taken effect. The quantity in the shop's cart shows whether it did. */
const wasCounted = async (wish: Wish, before: number): Promise<boolean> =>
  wish.set === undefined && wish.add > 0 && held(await ask(), wish.productId) === before + wish.add;

const refuse = async (wish: Wish, error: unknown): Promise<void> => {
  const cart = await ask().catch(() => known());
  const left = cart?.items.find((item) => item.productId === wish.productId)?.available;
  void queryClient.invalidateQueries({ queryKey: ['product', wish.productId] });
  const reason = isCode(error, 'out_of_stock')
    ? left === undefined
      ? 'No more of this is left.'
      : `Only ${left} left.`
    : sentenceFor(error);
  change({ sending: {}, refusals: { ...state.refusals, [wish.productId]: reason } });
  announce(`${wish.title}: ${reason}`);
};

const doubts = new Map<string, number>();

const sendOne = async (wish: Wish): Promise<void> => {
  const doubt = doubts.get(wish.key);
  if (doubt !== undefined && (await wasCounted(wish, doubt))) {
    doubts.delete(wish.key);
    change({ sending: {}, stuck: false });
    return;
  }
  const before = held(known() ?? (await ask()), wish.productId);
  try {
    await keep(await fulfil(wish));
    doubts.delete(wish.key);
    change({ sending: {}, stuck: false });
  } catch (error) {
    if (!(error instanceof CallError) || error.status === 0 || error.status === 503 || error.status === 429) {
      if (known()) doubts.set(wish.key, before);
      throw error;
    }
    await refuse(wish, error);
  }
};

/** Sends changes one at a time. Changes made meanwhile are merged, so that many presses become few requests. */
const run = async (): Promise<void> => {
  if (running) return;
  running = true;
  try {
    for (let wish = Object.values(state.wishes)[0]; wish; wish = Object.values(state.wishes)[0]) {
      change({ wishes: without(state.wishes, wish.productId), sending: { [wish.productId]: wish } });
      try {
        await sendOne(wish);
      } catch {
        const again = together(wish, state.wishes[wish.productId]);
        change({ wishes: { ...state.wishes, [wish.productId]: again }, sending: {}, stuck: true });
        schedule(RETRY_MS);
        return;
      }
    }
    channel?.postMessage('changed');
  } finally {
    running = false;
  }
};

const schedule = (wait: number): void => {
  clearTimeout(timer);
  timer = setTimeout(() => void run(), wait);
};

const forgetting = (productId: string): CartState['refusals'] => {
  const { [productId]: _gone, ...rest } = state.refusals;
  return rest;
};

/** Adds a product to the cart: shown at once, sent soon after. */
export const putIn = (goods: Goods, quantity = 1): void => {
  change({
    wishes: wishMore(state.wishes, goods, quantity, () => crypto.randomUUID()),
    refusals: forgetting(goods.productId),
  });
  schedule(0);
};

/** Sets the quantity of a line; 0 removes the line. */
export const choose = (goods: Goods, quantity: number): void => {
  change({
    wishes: wishExactly(state.wishes, goods, quantity, () => crypto.randomUUID()),
    refusals: forgetting(goods.productId),
  });
  schedule(quantity === 0 ? 0 : SETTLE_MS);
};

/** Starts the synchronisation of the cart between tabs, after going back, and after being offline. Called once, by the shell. */
export const keepCartInStep = (): void => {
  const again = () => void queryClient.invalidateQueries({ queryKey: cartQuery.queryKey });
  channel?.addEventListener('message', again);
  addEventListener('online', () => schedule(0));
  addEventListener('pageshow', (event) => event.persisted && again());
  if (Object.keys(state.wishes).length > 0) schedule(0);
};
