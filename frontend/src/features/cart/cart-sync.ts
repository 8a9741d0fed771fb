import { queryOptions } from '@tanstack/react-query';
import { CallError, isCode } from '@bramble/contracts/call-error';
import type { Cart } from '@bramble/contracts/cart';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { deliveryCountry, onDeliveryCountry } from '../../lib/delivery-country';
import { sentenceFor } from '../../lib/error-sentence';
import { cartApi } from '../../lib/operations.gen';
import { queryClient } from '../../lib/query-client';
import { stored } from '../../lib/stored';
import {
  type CartChange,
  type CartChanges,
  mergeChanges,
  parseChanges,
  withAddition,
  withoutChange,
  withQuantity,
} from './cart-changes';

type Goods = Parameters<typeof withAddition>[1];

export interface CartState {
  changes: CartChanges;
  /** The change that is being sent. */
  sending: CartChanges;
  /** Refused changes by product id; shown beside the product until the next try. */
  refusals: Readonly<Record<string, string>>;
  /** The shop could not be reached; changes wait. */
  unreachable: boolean;
}

const SETTLE_MS = 250;
const RETRY_MS = 5_000;
const storage = stored('bramble.wishes');
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('bramble.cart');

let state: CartState = {
  changes: parseChanges(storage.get()),
  sending: {},
  refusals: {},
  unreachable: false,
};
let running = false;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

const update = (next: Partial<CartState>): void => {
  state = { ...state, ...next };
  const unsent = Object.values(state.sending).reduce<CartChanges>(
    (all, change) => ({ ...all, [change.productId]: mergeChanges(change, all[change.productId]) }),
    state.changes,
  );
  if (Object.keys(unsent).length > 0) storage.set(JSON.stringify(unsent));
  else storage.clear();
  listeners.forEach((listener) => listener());
};

export const cartState = (): CartState => state;
export const onCartState = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const destination = () => ({ country: deliveryCountry() });

export const cartQuery = queryOptions({
  queryKey: ['cart'],
  staleTime: 30_000,
  queryFn: async ({ signal }) => (await call(cartApi.getCart, { query: destination(), signal })).cart,
});

const cachedCart = (): Cart | undefined => queryClient.getQueryData(cartQuery.queryKey);
/** Stores the newest cart of the shop, and cancels older requests, whose answers would bring back an older cart. */
const storeCart = async (cart: Cart): Promise<void> => {
  await queryClient.cancelQueries({ queryKey: cartQuery.queryKey });
  queryClient.setQueryData(cartQuery.queryKey, cart);
};
const fetchCart = async (): Promise<Cart> =>
  queryClient.fetchQuery({ ...cartQuery, staleTime: 0, retry: false });
const quantityOf = (cart: Cart | undefined, productId: string): number =>
  cart?.items.find((item) => item.productId === productId)?.quantity ?? 0;

const sendChange = async ({ productId, set, add }: CartChange): Promise<Cart> => {
  const params = { productId };
  const inBasket = quantityOf(cachedCart(), productId) > 0;
  const addToCart = async (quantity: number) =>
    (await call(cartApi.addToCart, { query: destination(), body: { productId, quantity } })).cart;
  if (set === undefined) return addToCart(add);
  const quantity = set + add;
  if (quantity <= 0)
    return inBasket
      ? (await call(cartApi.removeCartItem, { params, query: destination() })).cart
      : fetchCart();
  if (!inBasket) return addToCart(quantity);
  return (await call(cartApi.setCartItem, { params, query: destination(), body: { quantity } })).cart;
};

/** An addition whose answer was lost may have taken effect. The quantity in the shop's cart shows whether it did. */
const tookEffect = async (change: CartChange, before: number): Promise<boolean> =>
  change.set === undefined &&
  change.add > 0 &&
  quantityOf(await fetchCart(), change.productId) === before + change.add;

const refuse = async (change: CartChange, error: unknown): Promise<void> => {
  const cart = await fetchCart().catch(() => cachedCart());
  const left = cart?.items.find((item) => item.productId === change.productId)?.available;
  void queryClient.invalidateQueries({ queryKey: ['product', change.productId] });
  const reason = isCode(error, 'out_of_stock')
    ? left === undefined
      ? 'No more of this is left.'
      : `Only ${left} left.`
    : sentenceFor(error);
  update({ sending: {}, refusals: { ...state.refusals, [change.productId]: reason } });
  announce(`${change.title}: ${reason}`);
};

const uncertainAdditions = new Map<string, number>();

const sendOne = async (change: CartChange): Promise<void> => {
  const quantityBefore = uncertainAdditions.get(change.key);
  if (quantityBefore !== undefined && (await tookEffect(change, quantityBefore))) {
    uncertainAdditions.delete(change.key);
    update({ sending: {}, unreachable: false });
    return;
  }
  const before = quantityOf(cachedCart() ?? (await fetchCart()), change.productId);
  try {
    await storeCart(await sendChange(change));
    uncertainAdditions.delete(change.key);
    update({ sending: {}, unreachable: false });
  } catch (error) {
    if (!(error instanceof CallError) || error.status === 0 || error.status === 503 || error.status === 429) {
      if (cachedCart()) uncertainAdditions.set(change.key, before);
      throw error;
    }
    await refuse(change, error);
  }
};

/** Sends changes one at a time. Changes made meanwhile are merged, so that many presses become few requests. */
const run = async (): Promise<void> => {
  if (running) return;
  running = true;
  try {
    for (let change = Object.values(state.changes)[0]; change; change = Object.values(state.changes)[0]) {
      update({
        changes: withoutChange(state.changes, change.productId),
        sending: { [change.productId]: change },
      });
      try {
        await sendOne(change);
      } catch {
        const again = mergeChanges(change, state.changes[change.productId]);
        update({ changes: { ...state.changes, [change.productId]: again }, sending: {}, unreachable: true });
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

const withoutRefusal = (productId: string): CartState['refusals'] => {
  const { [productId]: _gone, ...rest } = state.refusals;
  return rest;
};

/** Adds a product to the cart: shown at once, sent soon after. */
export const addToBasket = (goods: Goods, quantity = 1): void => {
  update({
    changes: withAddition(state.changes, goods, quantity, () => crypto.randomUUID()),
    refusals: withoutRefusal(goods.productId),
  });
  schedule(0);
};

/** Sets the quantity of a line; 0 removes the line. */
export const setQuantity = (goods: Goods, quantity: number): void => {
  update({
    changes: withQuantity(state.changes, goods, quantity, () => crypto.randomUUID()),
    refusals: withoutRefusal(goods.productId),
  });
  schedule(quantity === 0 ? 0 : SETTLE_MS);
};

/** Starts the synchronisation of the cart between tabs, after going back, and after being offline. Called once, by the shell. */
export const startCartSync = (): void => {
  const again = () => void queryClient.invalidateQueries({ queryKey: cartQuery.queryKey });
  channel?.addEventListener('message', again);
  onDeliveryCountry(again);
  addEventListener('online', () => schedule(0));
  addEventListener('pageshow', (event) => event.persisted && again());
  if (Object.keys(state.changes).length > 0) schedule(0);
};
