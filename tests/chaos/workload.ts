import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bramble/service-kit/base/random';
import { address } from '../helpers/shop-session';
import type { Ledger, Promised } from './ledger';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface WorkloadOptions {
  url: string;
  ledger: Ledger;
  random: Random;
  tokens: readonly string[];
  sellerToken: string;
  productIds: readonly string[];
  /** Arrivals per second, independent of how long the answers take. */
  rate: number;
}

/** The body of an order; a repetition under its key must send the very same. */
export const orderBody = (items: readonly Promised['lines'][number][], card: string) => ({
  items,
  shippingAddress: address,
  paymentMethod: { token: card },
});

const RETRY_FOR_MS = 60_000;

/** Sends one request; undefined when no answer came. */
async function send(
  url: string,
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  } catch {
    return undefined;
  }
}

/** Shoppers who order, cancel, try other cards and repeat what got no answer, as an open stream until `signal`. */
export async function runWorkload(
  { url, ledger, random, tokens, sellerToken, productIds, rate }: WorkloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const busy = new Set<Promise<void>>();
  let made = 0;

  const order = async () => {
    const n = made++;
    const buyer = random.between(0, tokens.length - 1);
    const token = tokens[buyer] ?? '';
    const key = `chaos-${n}-${random.between(0, 2 ** 31)}`;
    // The same product twice, and products in opposite orders, are part of the mix.
    const lines = Array.from({ length: random.between(1, 3) }, () => ({
      productId: random.pick(productIds),
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
    const body = orderBody(lines, card);

    const deadline = Date.now() + RETRY_FOR_MS;
    let placed: { id: string; totals: { total: { amount: number } } } | undefined;
    while (!placed && Date.now() < deadline) {
      const answer = await send(url, 'POST', '/api/orders', token, body, { 'idempotency-key': key });
      ledger.count(answer?.status ?? 'no answer');
      if (answer?.status === 202) placed = answer.body['order'] as typeof placed;
      else if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 409) return;
      else await pause(300);
    }
    if (!placed) return;
    const promised = {
      orderId: placed.id,
      buyer,
      key,
      lines,
      total: placed.totals.total.amount,
      card,
      cancelAcknowledged: false,
    };
    ledger.orders.set(placed.id, promised);
    if (cancels) {
      await pause(cancelAfter);
      const answer = await send(url, 'POST', `/api/orders/${placed.id}/cancel`, token);
      ledger.count(`cancel ${answer?.status ?? 'no answer'}`);
      promised.cancelAcknowledged = answer?.status === 200;
    } else if (card === 'tok_declined' && triesAgain) {
      await pause(1_500);
      const answer = await send(
        url,
        'POST',
        '/api/payments/checkout',
        token,
        { orderId: placed.id, paymentMethod: { token: 'tok_visa' } },
        { 'idempotency-key': `${key}-again` },
      );
      ledger.count(`checkout ${answer?.status ?? 'no answer'}`);
    }
  };

  const refill = async () => {
    const productId = random.pick(productIds);
    const quantity = random.between(1, 10);
    const answer = await send(url, 'POST', `/api/products/${productId}/refill`, sellerToken, { quantity });
    ledger.count(`refill ${answer?.status ?? 'no answer'}`);
  };

  while (!signal.aborted) {
    const work = (random.chance(0.03) ? refill() : order()).finally(() => busy.delete(work));
    busy.add(work);
    await pause(1_000 / rate);
  }
  await Promise.all(busy);
}
