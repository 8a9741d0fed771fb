import { cartApi } from '@bramble/contracts/cart';
import { catalogApi, type Product } from '@bramble/contracts/catalog';
import { type Order, ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { newId } from '@bramble/service-kit/base/ids';
import type { Random } from '@bramble/service-kit/base/random';
import { pause } from '@bramble/service-kit/runtime/clock';
import type { ShopClient } from './shop-client';

/** How a shopper's visit ended. */
export type Outcome =
  'looked' | 'left a cart' | 'paid' | 'declined' | 'cancelled' | 'sold out' | 'order failed' | 'still open';

export interface Visit {
  client: ShopClient;
  random: Random;
  token: () => Promise<string>;
  signal: AbortSignal;
}

const words = ['jam', 'honey', 'bread', 'tea', 'rasp', 'book', 'garden', 'wool', 'cup', 'lamp'];
const address = {
  name: 'Sim Shopper',
  line1: 'Hedge Row 1',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};
/** How long a shopper watches an order before leaving. */
const WATCH_MS = 20_000;

/** Browses or searches, and answers a product that is in stock, if one was found. */
async function browse({ client, random }: Visit): Promise<Product | undefined> {
  const searches = random.chance(0.3);
  const query = searches
    ? { q: random.pick(words) }
    : { sort: random.pick(['newest', 'price', 'popular'] as const) };
  const { items } = await client.call(catalogApi.list, { name: searches ? 'search' : 'list', query });
  if (items.length === 0) return undefined;
  const { product } = await client.call(catalogApi.get, {
    name: 'product',
    params: { id: random.pick(items).id },
  });
  return product.stock.available > 0 ? product : undefined;
}

async function watch({ client, signal }: Visit, token: string, id: string): Promise<Order> {
  const deadline = Date.now() + WATCH_MS;
  for (;;) {
    const { order } = await client.call(ordersApi.get, { name: 'order', params: { id }, token });
    const rests = !['PENDING', 'RESERVED'].includes(order.status) || order.payment.status === 'declined';
    if (rests || Date.now() > deadline || signal.aborted) return order;
    await pause(400, signal);
  }
}

function outcomeOf(order: Order): Outcome {
  if (order.status === 'CANCELLED') return 'cancelled';
  if (order.status === 'FAILED') return order.failureReason === 'out_of_stock' ? 'sold out' : 'order failed';
  if (order.payment.status === 'declined') return 'declined';
  return ['PAID', 'SHIPPED', 'COMPLETED'].includes(order.status) ? 'paid' : 'still open';
}

/** One shopper's visit: most only browse, some fill a cart, and some of those buy. */
export async function visit(shopper: Visit): Promise<Outcome> {
  const { client, random, signal } = shopper;
  const product = await browse(shopper);
  if (!product || random.chance(0.4)) return 'looked';
  const quantity = random.between(1, 2);
  await client.call(paymentsApi.calculate, {
    name: 'quote',
    body: { items: [{ productId: product.id, quantity }] },
  });
  const token = await shopper.token();
  await client.call(cartApi.addToCart, {
    name: 'add to cart',
    token,
    body: { productId: product.id, quantity },
  });
  if (random.chance(0.25)) return 'left a cart';
  const card = random.chance(0.1) ? 'tok_declined' : 'tok_visa';
  const { order } = await client.call(ordersApi.place, {
    name: 'place order',
    token,
    idempotencyKey: newId(),
    body: {
      items: [{ productId: product.id, quantity }],
      shippingAddress: address,
      paymentMethod: { token: card },
    },
  });
  if (random.chance(0.07)) {
    await pause(random.between(0, 1_000), signal);
    await client.call(ordersApi.cancel, { name: 'cancel', params: { id: order.id }, token });
  }
  const watched = await watch(shopper, token, order.id);
  if (outcomeOf(watched) !== 'declined' || random.chance(0.3)) return outcomeOf(watched);
  await client.call(ordersApi.checkout, {
    name: 'another card',
    token,
    idempotencyKey: newId(),
    body: { orderId: order.id, paymentMethod: { token: 'tok_visa' } },
  });
  return outcomeOf(await watch(shopper, token, order.id));
}
