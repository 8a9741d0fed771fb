import type { StoreClients } from '../helpers/store-clients';
import type { Finding } from './finding';
import type { Ledger } from './ledger';
import { orderRows, paidStatuses } from './order-rows';

interface Moved {
  order_id: string;
  times: string;
  amount: string;
}

/** The provider's own ledger by order: the keys of its charges begin with the order's id. */
async function providersLedger({ payments }: StoreClients) {
  const charges = await payments.query<Moved>(
    `SELECT split_part(key, ':', 1) AS order_id, count(*) AS times, sum(amount) AS amount FROM sandbox_charges WHERE captured GROUP BY 1`,
  );
  const refunds = await payments.query<Moved>(
    `SELECT split_part(charge_key, ':', 1) AS order_id, count(*) AS times, sum(amount) AS amount FROM sandbox_refunds GROUP BY 1`,
  );
  const byOrder = (rows: readonly Moved[]) => new Map(rows.map((row) => [row.order_id, Number(row.amount)]));
  return { charges: charges.rows, captureOf: byOrder(charges.rows), refundOf: byOrder(refunds.rows) };
}

/**
 * Promise 2: the provider's ledger against the orders; at most one capture each, none kept without an order, and each refund
 * that was acknowledged.
 */
export async function checkMoney(
  clients: StoreClients,
  { restore, orders }: Pick<Ledger, 'restore' | 'orders'>,
): Promise<Finding> {
  const violations: string[] = [];
  const { charges, captureOf, refundOf } = await providersLedger(clients);
  for (const { order_id: id, times } of charges)
    if (Number(times) > 1) violations.push(`order ${id} was charged ${times} times`);
  const rows = await orderRows(clients);
  const keptFor = (id: string) => (captureOf.get(id) ?? 0) - (refundOf.get(id) ?? 0);
  for (const [id, { status, total, refunded }] of rows) {
    const wanted = paidStatuses.includes(status) ? Number(total) - Number(refunded) : 0;
    if (!restore.mayKeep(id, keptFor(id), wanted))
      violations.push(`order ${id} (${status}) keeps ${keptFor(id)}, should be ${wanted}`);
  }
  for (const { orderId: id, refund } of orders.values()) {
    if (refund === undefined || restore.mayUndo(refund.at)) continue;
    const refunded = Number(rows.get(id)?.refunded ?? 0);
    if (refunded < refund.amount)
      violations.push(`order ${id} has refunds of ${refunded}, and one of ${refund.amount} was acknowledged`);
  }
  const strays = [...captureOf.keys()].filter((id) => !rows.has(id));
  for (const id of strays)
    if (keptFor(id) !== 0) violations.push(`${keptFor(id)} were charged for ${id}, which is no order`);
  return {
    promise: '2 money adds up, one capture an order',
    sampled: rows.size + strays.length,
    violations,
  };
}
