import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StoreClients } from '../helpers/store-clients';

const anyId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const MOST = 20;

/** Every row and document of one order, for a seed that failed. */
async function recordsOf(
  { orders, payments, catalog, delivery }: StoreClients,
  id: string,
): Promise<unknown> {
  const rows = async (pool: StoreClients['orders'], text: string) =>
    (await pool.query(text, [id])).rows as unknown[];
  return {
    order: await rows(orders, 'SELECT * FROM orders WHERE id = $1'),
    lines: await rows(orders, 'SELECT * FROM order_lines WHERE order_id = $1'),
    history: await rows(orders, 'SELECT * FROM order_events WHERE order_id = $1 ORDER BY version'),
    ordersOutbox: await rows(orders, 'SELECT * FROM outbox WHERE key = $1::text ORDER BY seq'),
    attempts: await rows(payments, 'SELECT * FROM payment_attempts WHERE order_id = $1'),
    refunds: await rows(payments, 'SELECT * FROM refunds WHERE order_id = $1'),
    released: await rows(payments, 'SELECT * FROM released_orders WHERE order_id = $1'),
    paymentsOutbox: await rows(payments, 'SELECT * FROM outbox WHERE key = $1::text ORDER BY seq'),
    charges: await rows(payments, `SELECT * FROM sandbox_charges WHERE split_part(key, ':', 1) = $1::text`),
    chargeRefunds: await rows(
      payments,
      `SELECT * FROM sandbox_refunds WHERE split_part(charge_key, ':', 1) = $1::text`,
    ),
    reservation: await catalog.collection<{ _id: string }>('reservations').findOne({ _id: id }),
    catalogOutbox: await catalog.collection('outbox').find({ key: id }).toArray(),
    delivery: await delivery.collection<{ _id: string }>('deliveries').findOne({ _id: id }),
    deliveryOutbox: await delivery.collection('outbox').find({ key: id }).toArray(),
  };
}

/** Writes what the stores hold of every id that the violations name; answers the folder, or undefined when they name none. */
export async function keepEvidence(
  clients: StoreClients,
  dataDir: string,
  violations: readonly string[],
): Promise<string | undefined> {
  const ids = [...new Set(violations.flatMap((text) => text.match(anyId) ?? []))].slice(0, MOST);
  if (ids.length === 0) return undefined;
  const folder = path.join(dataDir, 'evidence');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'violations.txt'), violations.join('\n'));
  for (const id of ids)
    writeFileSync(path.join(folder, `${id}.json`), JSON.stringify(await recordsOf(clients, id), null, 2));
  return folder;
}
