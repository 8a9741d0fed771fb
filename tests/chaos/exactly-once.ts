import type { StoreClients } from '../helpers/store-clients';
import type { Finding } from './finding';
import type { Letters } from './letters';
import type { ProductDoc } from './stock';
import { allPairs, unfinished } from './streams';

/**
 * Promise 4: no event is in flight at the end; the dead letters are the injected poison and no others; a replay of all
 * streams with empty inboxes did not change the `compared` orders, products, movements of money and deliveries.
 */
export async function checkExactlyOnce(
  clients: StoreClients,
  letters: Letters,
  poison: readonly string[],
  replayChanged: readonly string[],
  compared: number,
): Promise<Finding> {
  const violations = [...(await unfinished(clients)), ...replayChanged, ...letters.missing(poison)];
  for (const { eventId, type, error } of letters.seen())
    if (!poison.includes(eventId))
      violations.push(`event ${eventId} (${type}) is a dead letter and was no poison: ${error}`);
  return {
    promise: '4 each effect exactly once',
    sampled: compared + letters.seen().length + allPairs.length,
    violations,
  };
}

interface Row {
  id: string;
  text: string;
}

/** Everything that a replay must not change. An order's version may rise, since its history records repeated events. */
export async function digest(clients: StoreClients): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  const orders = await clients.orders.query<Row>(
    `SELECT id, concat_ws(' ', status, failure_reason, capture, captured, refunded, total) AS text FROM orders`,
  );
  for (const { id, text } of orders.rows) state.set(`order ${id}`, text);
  for (const { _id, stock } of await clients.catalog.collection<ProductDoc>('products').find().toArray())
    state.set(`product ${_id}`, JSON.stringify([stock.available, stock.reserved, stock.sold]));
  const money = await clients.payments.query<Row>(
    `SELECT key AS id, concat_ws(' ', amount, captured) AS text FROM sandbox_charges
     UNION ALL SELECT key, concat_ws(' ', amount, charge_key) FROM sandbox_refunds`,
  );
  for (const { id, text } of money.rows) state.set(`money ${id}`, text);
  for (const doc of await clients.delivery
    .collection<{ _id: string; status?: string }>('deliveries')
    .find()
    .toArray())
    state.set(`delivery ${doc._id}`, doc.status ?? '');
  return state;
}

/** The differences between two digests, in words. */
export const differences = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map(
      (key) => `${key} was ${before.get(key) ?? 'absent'}, is ${after.get(key) ?? 'absent'} after a replay`,
    );
