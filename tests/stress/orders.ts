import { CallError, isCode } from '@bramble/contracts/call-error';
import { type Item, ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { newId } from '@bramble/service-kit/base/ids';
import { pause } from '@bramble/service-kit/runtime/clock';
import { testAddress } from '@bramble/test-kit/addresses';
import { type Attempt, hasEnded } from './attempt';
import { forEach } from './for-each';
import type { StressShop } from './stress-shop';

export interface OrderRequest {
  buyer: number;
  token: string;
  /** What the order holds. */
  wanted: readonly Item[];
  /** The items lie in the cart, and the order names none. */
  fromCart?: boolean;
  idempotencyKey?: string;
}

/** Sends an order and waits for the answer; `attempts` has the attempt from the moment in which it is sent. */
export async function placeOrder(
  shop: StressShop,
  { buyer, token, wanted, fromCart = false, idempotencyKey = newId() }: OrderRequest,
  attempts: Attempt[],
): Promise<void> {
  const attempt: Attempt = { buyer, wanted, sentAt: performance.now(), payments: [] };
  attempts.push(attempt);
  try {
    const { order } = await shop.call(ordersApi.place, {
      name: 'place order',
      token,
      idempotencyKey,
      body: {
        ...(fromCart ? {} : { items: [...wanted] }),
        shippingAddress: testAddress,
        paymentMethod: { token: 'tok_visa' },
      },
    });
    attempt.order = order;
    attempt.answer = 'accepted';
  } catch (error) {
    attempt.answer = error instanceof CallError ? error.code : 'no answer';
  }
  attempt.answeredAt = performance.now();
}

/** Reads of a call that the shop could not answer now are made again in the next round. */
const isForLater = (error: unknown): boolean =>
  !(error instanceof CallError) || error.status >= 500 || isCode(error, 'rate_limited');

/** An address may read 6,000 times a minute; with so many milliseconds for each open order it stays below. */
const MS_PER_ORDER = 15;
const READS_AT_ONCE = 16;

/** Reads the accepted orders until each has ended or `waitSeconds` are over, and then the payments of each. */
export async function followOrders(
  shop: StressShop,
  attempts: readonly Attempt[],
  tokens: readonly string[],
  waitSeconds: number,
): Promise<void> {
  const tokenOf = ({ buyer }: Attempt) => tokens[buyer] ?? '';
  const accepted = attempts.filter(({ order }) => order !== undefined);
  const readOrder = async (attempt: Attempt) => {
    try {
      const params = { id: attempt.order?.id ?? '' };
      const { order } = await shop.call(ordersApi.get, { name: 'order', params, token: tokenOf(attempt) });
      attempt.order = order;
    } catch (error) {
      if (!isForLater(error)) throw error;
    }
  };
  const deadline = performance.now() + waitSeconds * 1_000;
  for (;;) {
    const open = accepted.filter((attempt) => !hasEnded(attempt));
    await forEach(open, READS_AT_ONCE, readOrder);
    const left = open.filter((attempt) => !hasEnded(attempt)).length;
    if (left === 0 || performance.now() > deadline) break;
    await pause(Math.max(300, open.length * MS_PER_ORDER));
  }
  await forEach(accepted, READS_AT_ONCE, async (attempt) => {
    const query = { orderId: attempt.order?.id ?? '' };
    const page = await shop.call(paymentsApi.list, { name: 'payments', query, token: tokenOf(attempt) });
    attempt.payments = page.items;
  });
}
