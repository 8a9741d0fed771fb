import type { Item } from '@bramble/contracts/orders';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { UnpaidLimits } from './unpaid-limits';

/** A line of the order, and how many pieces are for sale now. */
type Line = Item & { available: number };
/** A new order. `placedFrom` is the keyed hash of an address. */
interface NewOrder {
  id: string;
  userId: string;
  placedFrom: string;
  lines: readonly Line[];
}

const HOUR_MS = 3_600_000;
/** Longer than the clocks of two processes may differ. */
const SKEW_MS = 600_000;

/**
 * The smallest id of an order that counts. The ids of orders sort by time (UUIDv7), so the two indexes of unpaid orders
 * find those of the last hour.
 */
export function oldestCounted(): string {
  const ms = Math.max(0, Date.now() - HOUR_MS - SKEW_MS);
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

export const tooManyUnpaid = (detail: string) => new AppError('too_many_unpaid_orders', { detail });

export function createUnpaidOrdersRepository(sql: Sql, limits: UnpaidLimits) {
  /**
   * Throws `too_many_unpaid_orders` when the order exceeds a limit now. Orders that others place meanwhile are seen only
   * by the statement that writes the order.
   */
  async function check({ id, userId, placedFrom, lines }: NewOrder): Promise<void> {
    const placing = [
      {
        id,
        place: 0,
        user_id: userId,
        placed_from: placedFrom,
        lines: lines.map(({ productId, quantity, available }) => ({
          product_id: productId,
          quantity,
          available,
        })),
      },
    ];
    const { rows } = await sql.query<{ detail: string }>({
      name: 'check-unpaid-orders',
      text: 'SELECT detail FROM over_unpaid_limits($1::json, $2::json, $3::uuid, false)',
      values: [JSON.stringify(placing), JSON.stringify(limits), oldestCounted()],
    });
    if (rows[0]) throw tooManyUnpaid(rows[0].detail);
  }

  return { check };
}
export type UnpaidOrdersRepository = ReturnType<typeof createUnpaidOrdersRepository>;
