import type { StoreClients } from '../helpers/store-clients';

export interface OrderRow {
  id: string;
  status: string;
  failure_reason: string | null;
  capture: string;
  captured: string;
  total: string;
  refunded: string;
  expires_at: Date;
}

/** Past orders of the demo shop were never charged; their ids are fixed. */
const isDemo = (id: string) => id.startsWith('01900000-');

/** Every order that a shopper of the run placed, acknowledged or not, by its id. */
export async function orderRows({ orders }: StoreClients): Promise<ReadonlyMap<string, OrderRow>> {
  const { rows } = await orders.query<OrderRow>(
    'SELECT id, status, failure_reason, capture, captured, total, refunded, expires_at FROM orders',
  );
  return new Map(rows.filter(({ id }) => !isDemo(id)).map((row) => [row.id, row]));
}

/** The states of an order whose money the shop keeps. */
export const paidStatuses: readonly string[] = ['PAID', 'SHIPPED', 'COMPLETED'];
