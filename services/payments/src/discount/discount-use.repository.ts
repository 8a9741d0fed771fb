import type { SqlSession } from '@bramble/service-kit/stores/sql';

/** The reduction that a discount code grants. */
export interface GrantedDiscount {
  type: 'percent' | 'fixed';
  value: number;
}

const UNIQUE_VIOLATION = '23505';

/**
 * Uses of discount codes by orders. A code's counter changes in the same statement as the use, so that it always equals
 * the uses in the states taken and kept.
 */
export function createDiscountUseRepository(session: SqlSession) {
  /** Moves uses to a state. `counts` is the SQL of the change of the counter, by the use's old state. */
  const move = (name: string, condition: string, to: string, counterChange: string, values: unknown[]) =>
    session.query({
      name: `discount-${name}`,
      text: `
        WITH old AS (SELECT order_id, state FROM discount_uses WHERE ${condition} ORDER BY order_id FOR UPDATE),
        moved AS (
          UPDATE discount_uses u SET state = '${to}' FROM old WHERE u.order_id = old.order_id
          RETURNING u.code, ${counterChange} AS change),
        sums AS (SELECT code, sum(change)::int AS change FROM moved GROUP BY code)
        UPDATE discounts d SET used = d.used + s.change FROM sums s WHERE d.code = s.code AND s.change <> 0`,
      values,
    });

  const claimOnce = async (
    code: string,
    orderId: string,
    subtotal: number,
  ): Promise<GrantedDiscount | undefined> => {
    const { rows } = await session.query<GrantedDiscount>({
      name: 'discount-claim',
      text: `
        WITH taken AS (
          UPDATE discounts SET used = used + 1
          WHERE code = $1 AND (usage_limit IS NULL OR used < usage_limit) AND (minimum IS NULL OR minimum <= $3)
            AND (starts_at IS NULL OR starts_at <= now()) AND (ends_at IS NULL OR now() < ends_at)
            AND NOT EXISTS (SELECT 1 FROM discount_uses WHERE order_id = $2)
          RETURNING code, type, value),
        used AS (INSERT INTO discount_uses (order_id, code) SELECT $2::uuid, code FROM taken)
        SELECT type, value FROM taken
        UNION ALL
        SELECT d.type, d.value FROM discounts d JOIN discount_uses u ON u.code = d.code
        WHERE d.code = $1 AND u.order_id = $2 AND u.state IN ('taken', 'kept')`,
      values: [code, orderId, subtotal],
    });
    return rows[0];
  };

  /** Claims one use for an order, or answers the use that the order has. Undefined when the code cannot be used. */
  async function claimUse(
    code: string,
    orderId: string,
    subtotal: number,
  ): Promise<GrantedDiscount | undefined> {
    try {
      return await claimOnce(code, orderId, subtotal);
    } catch (error) {
      // A simultaneous call claimed the use for the same order; the second try finds it.
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      return claimOnce(code, orderId, subtotal);
    }
  }

  /** Keeps the use, since the order was placed. A lapsed use counts again, even above the code's limit. */
  function keep(orderIds: readonly string[]) {
    return move(
      'keep',
      `order_id = ANY($1::uuid[]) AND state IN ('taken', 'lapsed')`,
      'kept',
      `CASE old.state WHEN 'lapsed' THEN 1 ELSE 0 END`,
      [orderIds],
    );
  }

  /** Returns the use of an order that failed or was cancelled, so that another order may claim it. */
  function release(orderIds: readonly string[]) {
    return move(
      'release',
      `order_id = ANY($1::uuid[]) AND state <> 'returned'`,
      'returned',
      `CASE old.state WHEN 'lapsed' THEN 0 ELSE -1 END`,
      [orderIds],
    );
  }

  /** Ends the uses of orders that were never placed. */
  function lapse(minutes: number) {
    return move('lapse', `state = 'taken' AND taken_at < now() - make_interval(mins => $1)`, 'lapsed', '-1', [
      minutes,
    ]);
  }

  return { claimUse, keep, release, lapse };
}
export type DiscountUseRepository = ReturnType<typeof createDiscountUseRepository>;
