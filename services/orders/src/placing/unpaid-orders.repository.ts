import { batcher } from '@bramble/service-kit/base/batcher';
import type { Sql } from '@bramble/service-kit/stores/postgres';

/** Who places an order, and the products in it. `placedFrom` is the keyed hash of an address. */
export interface Placer {
  userId: string;
  placedFrom: string;
  productIds: readonly string[];
}
/** Unpaid orders of the last hour, and the pieces of each product that unpaid orders hold. */
export interface Unpaid {
  ofAccount: number;
  ofAddress: number;
  heldByAccount: ReadonlyMap<string, number>;
  /** Only in orders whose payment was declined: many buyers may share an address. */
  heldByAddress: ReadonlyMap<string, number>;
}

interface Row {
  of_account: number;
  of_address: number;
  held_by_account: Record<string, number> | null;
  held_by_address: Record<string, number> | null;
}

// The ids of orders sort by time, so the two indexes of unpaid orders find those of the last hour.
const UNPAID = `o.id >= since.id AND o.created_at > now() - interval '1 hour' AND o.paid_at IS NULL
  AND (o.status IN ('PENDING', 'RESERVED', 'CANCELLED') OR o.failure_reason = 'payment_expired')`;
const held = (condition: string) => `(SELECT json_object_agg(product_id, quantity) FROM (
  SELECT l.product_id, sum(l.quantity) AS quantity FROM orders o JOIN order_lines l ON l.order_id = o.id
  WHERE o.id >= since.id AND o.paid_at IS NULL AND ${condition} AND l.product_id IN (SELECT json_array_elements_text(p.products)::uuid)
  GROUP BY l.product_id) AS sums)`;
const COUNT = `
  SELECT
    (SELECT count(*)::int FROM orders o WHERE o.user_id = p.user_id AND ${UNPAID}) AS of_account,
    (SELECT count(*)::int FROM orders o WHERE o.placed_from = p.placed_from AND ${UNPAID}) AS of_address,
    ${held("o.user_id = p.user_id AND o.status IN ('PENDING', 'RESERVED')")} AS held_by_account,
    ${held("o.placed_from = p.placed_from AND o.status = 'RESERVED' AND o.capture = 'declined'")} AS held_by_address
  FROM unnest($1::uuid[], $2::text[], $3::json[]) WITH ORDINALITY AS p (user_id, placed_from, products, place),
    (SELECT $4::uuid AS id) AS since
  ORDER BY p.place`;

const HOUR_MS = 3_600_000;
/** Longer than the clocks of two processes may differ. */
const SKEW_MS = 600_000;

/** The smallest UUIDv7 of a moment. */
const idAt = (ms: number): string => {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
};
const toMap = (held: Record<string, number> | null) =>
  new Map(Object.entries(held ?? {}).map(([id, quantity]) => [id, Number(quantity)]));

export function createUnpaidOrdersRepository(sql: Sql) {
  async function countAll(placers: readonly Placer[]): Promise<Unpaid[]> {
    const { rows } = await sql.query<Row>({
      name: 'count-unpaid-orders',
      text: COUNT,
      values: [
        placers.map(({ userId }) => userId),
        placers.map(({ placedFrom }) => placedFrom),
        placers.map(({ productIds }) => JSON.stringify(productIds)),
        idAt(Date.now() - HOUR_MS - SKEW_MS),
      ],
    });
    return rows.map((row) => ({
      ofAccount: row.of_account,
      ofAddress: row.of_address,
      heldByAccount: toMap(row.held_by_account),
      heldByAddress: toMap(row.held_by_address),
    }));
  }

  return {
    /** Simultaneous counts share one statement. */
    count: batcher<Placer, Unpaid>({ max: 64, concurrency: 2, run: countAll }),
  };
}
export type UnpaidOrdersRepository = ReturnType<typeof createUnpaidOrdersRepository>;
