import { randomUUID } from 'node:crypto';
import type { Finding } from './invariants';
import type { Ledger } from './ledger';
import type { People } from './people';
import { orderBody } from './workload';

interface Placed {
  status: number;
  id: string;
}

async function place(
  url: string,
  token: string,
  key: string,
  lines: readonly { productId: string; quantity: number }[],
  card: string,
): Promise<Placed> {
  const response = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(orderBody(lines, card)),
  });
  const body = (await response.json()) as { order?: { id: string } };
  return { status: response.status, id: body.order?.id ?? '' };
}

/**
 * Promise 6: a repeated request finds the order it made, also one that was cut off by a fault; 50 at once with one key
 * make one order; another body under the same key is 422.
 */
export async function checkIdempotency(
  url: string,
  ledger: Ledger,
  { tokens, productIds }: People,
): Promise<Finding> {
  const violations: string[] = [];
  const sample = [...ledger.orders.values()].slice(0, 50);
  for (const { orderId, buyer, key, lines, card } of sample) {
    const { status, id } = await place(url, tokens[buyer] ?? '', key, lines, card);
    if (status !== 202 || id !== orderId)
      violations.push(`order ${orderId} repeated answered ${status} ${id}`);
  }
  const token = tokens[0] ?? '';
  const key = randomUUID();
  const lines = [{ productId: productIds[1] ?? '', quantity: 1 }];
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => place(url, token, key, lines, 'tok_visa')),
  );
  if (new Set(answers.map(({ status, id }) => `${status} ${id}`)).size !== 1)
    violations.push('50 parallel posts with one key got different answers');
  const other = await place(url, token, key, [{ productId: productIds[2] ?? '', quantity: 1 }], 'tok_visa');
  if (other.status !== 422) violations.push(`another body under the same key answered ${other.status}`);
  return { promise: '6 an Idempotency-Key means one order', sampled: sample.length + 51, violations };
}
