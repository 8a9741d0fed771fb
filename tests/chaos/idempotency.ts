import { randomUUID } from 'node:crypto';
import { createShopClient, type OrderInput, refusedStatus } from '@bramble/test-kit/shop-client';
import type { Finding } from './finding';
import type { Ledger } from './ledger';
import type { People } from './people';

/**
 * Promise 6: a repeated request answers the order that it made, also when a fault cut it off; 50 requests at once with one
 * key make one order; another body under the same key is 422.
 */
export async function checkIdempotency(
  url: string,
  ledger: Ledger,
  { tokens, productIds }: People,
): Promise<Finding> {
  const shop = createShopClient(url);
  const violations: string[] = [];
  /** The id of the order that is answered, or the status of the refusal. */
  const placed = (token: string, order: OrderInput): Promise<string> =>
    shop.placeOrder(token, order).then(
      ({ id }) => id,
      (error: unknown) => String(refusedStatus(error) ?? error),
    );
  const place = (token: string, key: string, productId: string) =>
    placed(token, { key, items: [{ productId, quantity: 1 }] });
  // The key of an order that a restore removed means a new order.
  const sample = [...ledger.orders.values()]
    .filter(({ acknowledgedAt }) => !ledger.restore.mayUndo(acknowledgedAt))
    .slice(0, 50);
  for (const { orderId, buyer, key, lines, card } of sample) {
    const answer = await placed(tokens[buyer] ?? '', { items: lines, card, key });
    if (answer !== orderId) violations.push(`order ${orderId} repeated answered ${answer}`);
  }
  const token = tokens[0] ?? '';
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 50 }, () => place(token, key, productIds[1] ?? '')));
  if (new Set(answers).size !== 1) violations.push('50 parallel posts with one key got different answers');
  const other = await place(token, key, productIds[2] ?? '');
  if (other !== '422') violations.push(`another body under the same key answered ${other}`);
  return { promise: '6 an Idempotency-Key means one order', sampled: sample.length + 51, violations };
}
