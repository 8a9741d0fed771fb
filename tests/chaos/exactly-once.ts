import type { Eyes, Finding } from './eyes';
import type { Letters } from './letters';
import type { ProductDoc } from './stock';
import { allPairs, unfinished } from './streams';

/**
 * Promise 4: nothing under way at rest; the dead letters are the injected poison and nothing else; a replay of all
 * streams, to consumers that forgot which events they had handled, left the `compared` orders, products, movements of
 * money and deliveries as they were.
 */
export async function checkExactlyOnce(
  eyes: Eyes,
  letters: Letters,
  poison: readonly string[],
  replayChanged: readonly string[],
  compared: number,
): Promise<Finding> {
  const violations = [...(await unfinished(eyes)), ...replayChanged, ...letters.missing(poison)];
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

/** Everything that a replay must leave as it is. An order's version may rise: its history also tells of repeated events. */
export async function digest(eyes: Eyes): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  const orders = await eyes.orders.query<Row>(
    `SELECT id, concat_ws(' ', status, failure_reason, capture, captured, refunded, total) AS text FROM orders`,
  );
  for (const { id, text } of orders.rows) state.set(`order ${id}`, text);
  for (const { _id, stock } of await eyes.catalog.collection<ProductDoc>('products').find().toArray())
    state.set(`product ${_id}`, JSON.stringify([stock.available, stock.reserved, stock.sold]));
  const money = await eyes.payments.query<Row>(
    `SELECT key AS id, concat_ws(' ', amount, captured) AS text FROM sandbox_charges
     UNION ALL SELECT key, concat_ws(' ', amount, charge_key) FROM sandbox_refunds`,
  );
  for (const { id, text } of money.rows) state.set(`money ${id}`, text);
  for (const doc of await eyes.delivery
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
