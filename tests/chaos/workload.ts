import { setTimeout as pause } from 'node:timers/promises';
import { catalogApi } from '@bramble/contracts/catalog';
import { successOf } from '@bramble/contracts/operation';
import { type Order, ordersApi } from '@bramble/contracts/orders';
import type { Random } from '@bramble/service-kit/base/random';
import { createShopClient, refusedStatus } from '@bramble/test-kit/shop-client';
import type { AcknowledgedOrder, Ledger, OrderRequest } from './ledger';
import type { People } from './people';

export interface WorkloadOptions {
  url: string;
  ledger: Ledger;
  random: Random;
  /** Their tokens are read at each call, since a restore replaces them. */
  people: People;
  /** Arrivals per second, independent of how long the answers take. */
  rate: number;
  /** Shoppers arrive until there were so many orders, also after the signal. */
  atLeast?: number | undefined;
}

const RETRY_FOR_MS = 60_000;

/**
 * Shoppers who order, cancel, try other cards and repeat what got no answer, and an admin who refunds parts, as an open stream
 * until `signal`.
 */
export async function runWorkload(
  { url, ledger, random, people, rate, atLeast = 0 }: WorkloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const shop = createShopClient(url);
  const { productIds, scarceId } = people;
  const busy = new Set<Promise<void>>();
  let made = 0;

  // Draws of their own, so that the shoppers of a seed stay what they were.
  const refundDraws = random.fork('partial refunds');

  /** The admin refunds a part of an order that is paid by then; of one that is not, the shop refuses it. */
  async function refundPart(order: AcknowledgedOrder, { amount, after }: { amount: number; after: number }) {
    await pause(after);
    const call = shop.call(ordersApi.refund, {
      token: people.adminToken,
      params: { id: order.orderId },
      body: { amount: { amount, currency: 'EUR' }, reason: 'one pear was bad' },
      idempotencyKey: `${order.key}-part`,
    });
    const { answer } = await counted('refund ', successOf(ordersApi.refund), call);
    if (answer !== undefined) order.refund = { amount, at: performance.now() };
  }

  /** Counts how a call ended: its status, or that no answer came. */
  async function counted<T>(
    name: string,
    success: number,
    call: Promise<T>,
  ): Promise<{ answer?: T; status?: number | undefined }> {
    const outcome = await call.then(
      (answer) => ({ answer, status: success }),
      (error: unknown) => ({ status: refusedStatus(error) }),
    );
    ledger.count(`${name}${outcome.status ?? 'no answer'}`);
    return outcome;
  }

  const order = async () => {
    const n = made++;
    const buyer = random.between(0, people.tokens.length - 1);
    const token = () => people.tokens[buyer] ?? '';
    const key = `chaos-${n}-${random.between(0, 2 ** 31)}`;
    // The same product twice, and products in opposite orders, are part of the mix.
    const lines = Array.from({ length: random.between(1, 3) }, () => ({
      productId: random.chance(0.04) ? scarceId : random.pick(productIds),
      quantity: random.between(1, 2),
    }));
    const card = random.pick([
      'tok_visa',
      'tok_visa',
      'tok_visa',
      'tok_visa',
      'tok_visa',
      'tok_visa',
      'tok_declined',
      'tok_timeout',
      'tok_slow',
    ]);
    const cancels = random.chance(0.15);
    const cancelAfter = random.between(0, 1_500);
    // Drawn before the first answer: later draws would depend on how fast answers come.
    const triesAgain = random.chance(0.5);
    const refund = refundDraws.chance(0.1)
      ? { amount: refundDraws.between(1, 90), after: refundDraws.between(2_000, 6_000) }
      : undefined;

    const request: OrderRequest = { key, buyer, lines, card, cancels, at: performance.now() };
    ledger.requests.push(request);
    const deadline = Date.now() + RETRY_FOR_MS;
    let placed: Order | undefined;
    while (!placed && Date.now() < deadline) {
      const call = shop.placeOrder(token(), { items: lines, card, key });
      const { answer, status } = await counted('', successOf(ordersApi.place), call);
      placed = answer;
      if (placed === undefined) {
        if (status !== undefined && status < 500 && ![401, 409, 429].includes(status)) return;
        await pause(300);
      }
    }
    if (!placed) return;
    request.orderId = placed.id;
    const acknowledgedAt = (request.acknowledgedAt = performance.now());
    const acknowledged: AcknowledgedOrder = {
      ...request,
      orderId: placed.id,
      acknowledgedAt,
      total: placed.totals.total.amount,
    };
    ledger.orders.set(placed.id, acknowledged);
    if (cancels) {
      await pause(cancelAfter);
      const call = shop.call(ordersApi.cancel, { token: token(), params: { id: placed.id } });
      const { answer } = await counted('cancel ', successOf(ordersApi.cancel), call);
      if (answer !== undefined) acknowledged.cancelledAt = performance.now();
    } else if (card === 'tok_declined' && triesAgain) {
      await pause(1_500);
      const call = shop.call(ordersApi.checkout, {
        token: token(),
        body: { orderId: placed.id, paymentMethod: { token: 'tok_visa' } },
        idempotencyKey: `${key}-again`,
      });
      await counted('checkout ', successOf(ordersApi.checkout), call);
    } else if (refund) await refundPart(acknowledged, refund);
  };

  const refill = async () => {
    const productId = random.pick(productIds);
    const quantity = random.between(1, 10);
    const call = shop.call(catalogApi.refill, {
      token: people.sellerToken,
      params: { id: productId },
      body: { quantity },
    });
    const { answer, status } = await counted('refill ', successOf(catalogApi.refill), call);
    const stock = ledger.stock.get(productId);
    if (!stock) throw new Error(`${productId} was never offered`);
    if (answer !== undefined) {
      stock.refilled += quantity;
      stock.refills.push({ at: performance.now(), units: quantity });
    } else if (status === undefined || status >= 500) stock.maybeRefilled += quantity;
  };

  while (!signal.aborted || made < atLeast) {
    const work = (random.chance(0.03) ? refill() : order()).finally(() => busy.delete(work));
    busy.add(work);
    await pause(1_000 / rate);
  }
  await Promise.all(busy);
}
