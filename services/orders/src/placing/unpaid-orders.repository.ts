import { batcher } from '@bramble/service-kit/base/batcher';
import type { Sql } from '@bramble/service-kit/stores/sql';

/** Who places an order, and the products in it. `placedFrom` is the keyed hash of an address. */
export interface Placer {
  userId: string;
  placedFrom: string;
  productIds: readonly string[];
}
/** Pieces of a product in unpaid orders. `reserved` pieces are already subtracted from the available stock. */
interface Held {
  pieces: number;
  reserved: number;
}
/** Unpaid orders of the last hour, and what of each product unpaid orders hold. */
export interface Unpaid {
  ofAccount: number;
  ofAddress: number;
  heldByAccount: ReadonlyMap<string, Held>;
  heldByAddress: ReadonlyMap<string, Held>;
}

type HeldRows = Record<string, [pieces: number, reserved: number]> | null;
interface Row {
  of_account: number;
  of_address: number;
  held_by_account: HeldRows;
  held_by_address: HeldRows;
}

/** At most this many of an address's newest open orders are counted. */
const MOST_OF_ADDRESS = 300;

// The ids of orders sort by time, so the two indexes of unpaid orders find those of the last hour.
const UNPAID = `o.id >= since.id AND o.created_at > now() - interval '1 hour' AND o.paid_at IS NULL
  AND (o.status IN ('PENDING', 'RESERVED', 'CANCELLED') OR o.failure_reason = 'payment_expired')`;
const UNDER_WAY = "o.paid_at IS NULL AND o.status IN ('PENDING', 'RESERVED')";
const SUMS = `sum(l.quantity) AS pieces, coalesce(sum(l.quantity) FILTER (WHERE o.status = 'RESERVED'), 0) AS reserved`;
const AS_OBJECT = 'json_object_agg(product_id, json_build_array(pieces, reserved))';
// Simultaneous orders often come from one address, so what an address holds is summed once for all of them.
const COUNT = `
  WITH placers AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::json[]) WITH ORDINALITY AS p (user_id, placed_from, products, place)
  ), held_by_address AS MATERIALIZED (
    SELECT a.placed_from, l.product_id, ${SUMS}
    FROM (SELECT DISTINCT placed_from FROM placers) AS a
      CROSS JOIN LATERAL (SELECT o.id, o.status FROM orders o WHERE o.placed_from = a.placed_from AND o.id >= $4::uuid AND ${UNDER_WAY}
        ORDER BY o.id DESC LIMIT ${MOST_OF_ADDRESS}) AS o
      JOIN order_lines l ON l.order_id = o.id
    WHERE l.product_id IN (SELECT json_array_elements_text(products)::uuid FROM placers)
    GROUP BY a.placed_from, l.product_id
  )
  SELECT
    (SELECT count(*)::int FROM orders o WHERE o.user_id = p.user_id AND ${UNPAID}) AS of_account,
    (SELECT count(*)::int FROM orders o WHERE o.placed_from = p.placed_from AND ${UNPAID}) AS of_address,
    (SELECT ${AS_OBJECT} FROM (
      SELECT l.product_id, ${SUMS} FROM orders o JOIN order_lines l ON l.order_id = o.id
      WHERE o.user_id = p.user_id AND o.id >= since.id AND ${UNDER_WAY}
        AND l.product_id IN (SELECT json_array_elements_text(p.products)::uuid)
      GROUP BY l.product_id) AS sums) AS held_by_account,
    (SELECT ${AS_OBJECT} FROM held_by_address h
      WHERE h.placed_from = p.placed_from AND h.product_id IN (SELECT json_array_elements_text(p.products)::uuid)) AS held_by_address
  FROM placers p, (SELECT $4::uuid AS id) AS since
  ORDER BY p.place`;

const HOUR_MS = 3_600_000;
/** Longer than the clocks of two processes may differ. */
const SKEW_MS = 600_000;

/** The smallest UUIDv7 of a moment. */
const idAt = (ms: number): string => {
  const time = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
};
const toMap = (held: HeldRows): Map<string, Held> =>
  new Map(
    Object.entries(held ?? {}).map(([id, [pieces, reserved]]) => [
      id,
      { pieces: Number(pieces), reserved: Number(reserved) },
    ]),
  );

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
