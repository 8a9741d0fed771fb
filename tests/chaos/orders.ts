import { finalStatuses } from '@bramble/test-kit/final-statuses';
import type { StoreClients } from '../helpers/store-clients';
import type { Finding } from './finding';
import type { AcknowledgedOrder, Ledger } from './ledger';
import { type OrderRow, orderRows } from './order-rows';
import type { ReservationDoc } from './stock';

/** Whether an order has ended, or waits only for a person. */
const isAtRest = (row: OrderRow) =>
  finalStatuses.some((final) => final === row.status) ||
  (row.status === 'RESERVED' && row.capture === 'declined' && row.expires_at.getTime() > Date.now());

type Line = AcknowledgedOrder['lines'][number];

/** The quantity of each product as one text, so that two baskets compare equal when they hold the same. */
function basket(lines: readonly Line[]): string {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines)
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return [...quantities]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([id, quantity]) => `${quantity} × ${id}`)
    .join(', ');
}

async function basketsOf({ orders }: StoreClients): Promise<ReadonlyMap<string, string>> {
  const { rows } = await orders.query<Line & { id: string }>(
    'SELECT order_id AS id, product_id AS "productId", quantity FROM order_lines',
  );
  const lines = new Map<string, Line[]>();
  for (const row of rows) lines.set(row.id, [...(lines.get(row.id) ?? []), row]);
  return new Map([...lines].map(([id, some]) => [id, basket(some)]));
}

/** The differences between the orders and what the shop acknowledged. */
async function notAsAcknowledged(clients: StoreClients, ledger: Ledger): Promise<string[]> {
  const rows = await orderRows(clients);
  const baskets = await basketsOf(clients);
  const violations: string[] = [];
  const { mayUndo } = ledger.restore;
  for (const { orderId: id, lines, total, acknowledgedAt, cancelledAt } of ledger.orders.values()) {
    const row = rows.get(id);
    if (!row) {
      if (mayUndo(acknowledgedAt)) continue;
      violations.push(`order ${id} was acknowledged and is gone`);
      continue;
    }
    if (Number(row.total) !== total)
      violations.push(`order ${id} was acknowledged at ${total} and costs ${row.total}`);
    if (baskets.get(id) !== basket(lines))
      violations.push(`order ${id} was of ${basket(lines)} and holds ${baskets.get(id) ?? 'nothing'}`);
    if (cancelledAt !== undefined && !mayUndo(cancelledAt) && row.status !== 'CANCELLED')
      violations.push(`order ${id} was cancelled and is ${row.status}`);
  }
  return violations;
}

/** Orders that have not ended, acknowledged or not, and reservations that outlive their order. */
async function notEnded(clients: StoreClients): Promise<string[]> {
  const rows = await orderRows(clients);
  const violations = [...rows.values()]
    .filter((row) => !isAtRest(row))
    .map(({ id, status, capture }) => `order ${id} is still ${status} (${capture})`);
  const live = await clients.catalog
    .collection<ReservationDoc>('reservations')
    .find({ state: 'live' })
    .toArray();
  for (const { _id } of live)
    if (rows.get(_id)?.status !== 'RESERVED')
      violations.push(`reservation ${_id} is live and its order is ${rows.get(_id)?.status ?? 'unknown'}`);
  return violations;
}

/** Promise 3: acknowledged orders exist unchanged; every order ends; no reservation outlives its order. */
export async function checkOrdersEnd(clients: StoreClients, ledger: Ledger): Promise<Finding> {
  const violations = [...(await notAsAcknowledged(clients, ledger)), ...(await notEnded(clients))];
  return { promise: '3 every order ends', sampled: (await orderRows(clients)).size, violations };
}

/** Whether no order is left that a deadline or a person may still change. */
export const allFinal = async (clients: StoreClients): Promise<boolean> =>
  [...(await orderRows(clients)).values()].every(
    ({ status }) => !['PENDING', 'RESERVED', 'PAID', 'SHIPPED'].includes(status),
  );
