import type { OrderStatus } from '@bramble/contracts/orders';
import type { SqlSession } from '@bramble/service-kit/stores/sql';
import { isFinal, orderTable } from '../life/order.states';
import { unnamed } from '../life/unnamed-address';

export interface ErasedAccount {
  userId: string;
  erasedAt: string;
}

/** While an order runs, its parcel needs the address. */
const FINAL = (Object.keys(orderTable) as OrderStatus[]).filter(isFinal);
/** Requests that were under way when the account was erased have ended by then. */
const SETTLE_AFTER = "interval '1 hour'";

const REMEMBER = `INSERT INTO erased_accounts (user_id, erased_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
  ON CONFLICT DO NOTHING`;
const FORGET = [
  `DELETE FROM carts WHERE owner = ANY(SELECT 'user:' || id FROM unnest($1::uuid[]) AS id)`,
  // The stored answers to the account show the address.
  'DELETE FROM idempotency WHERE user_id = ANY($1::uuid[])',
];
/**
 * Answers to staff stay, since a repeated refund must not refund twice; they lose the address. Nobody needs it there while the
 * order runs, either.
 */
const UNNAME = `UPDATE idempotency SET body = jsonb_set(body::jsonb, '{order,shippingAddress}',
    $2::jsonb || jsonb_build_object('country', body::jsonb #> '{order,shippingAddress,country}'))::json
  WHERE buyer_id = ANY($1::uuid[])
    AND (body::jsonb #> '{order,shippingAddress}') - 'country' <> $2::jsonb - 'country'`;
const CLEAR = `UPDATE orders o SET shipping_address = cleared.address, placed_from = NULL
  FROM (SELECT id, $2::jsonb || jsonb_build_object('country', shipping_address -> 'country') AS address FROM orders
    WHERE user_id = ANY($1::uuid[]) AND status = ANY($3::text[])) AS cleared
  WHERE o.id = cleared.id AND (o.shipping_address <> cleared.address OR o.placed_from IS NOT NULL)`;
const SETTLE = `UPDATE erased_accounts a SET settled_at = now()
  WHERE a.user_id = ANY($1::uuid[]) AND a.erased_at < now() - ${SETTLE_AFTER}
    AND NOT EXISTS (SELECT FROM orders o WHERE o.user_id = a.user_id AND o.status <> ALL($2::text[]))`;

/** What orders holds of erased accounts. Bookkeeping needs the orders, but no name, street or place. */
export function createErasureRepository(session: SqlSession) {
  const run = async (text: string, values: unknown[]): Promise<void> => {
    await session.query({ text, values });
  };

  /** Deletes carts and stored answers, and clears the addresses in answers to staff and of orders that have ended. */
  async function clear(userIds: readonly string[]): Promise<void> {
    const noAddress = JSON.stringify(unnamed({ country: '' }));
    for (const text of FORGET) await run(text, [userIds]);
    await run(UNNAME, [userIds, noAddress]);
    await run(CLEAR, [userIds, noAddress, FINAL]);
  }

  /** Erased accounts that may still have an order under way. */
  async function unsettled(limit: number): Promise<string[]> {
    const { rows } = await session.query<{ user_id: string }>({
      name: 'unsettled-erasures',
      text: 'SELECT user_id FROM erased_accounts WHERE settled_at IS NULL ORDER BY erased_at LIMIT $1',
      values: [limit],
    });
    return rows.map(({ user_id }) => user_id);
  }

  return {
    remember: (accounts: readonly ErasedAccount[]): Promise<void> =>
      run(REMEMBER, [accounts.map(({ userId }) => userId), accounts.map(({ erasedAt }) => erasedAt)]),
    clear,
    unsettled,

    /** Marks the accounts of which nothing is left to clear. */
    settle: (userIds: readonly string[]): Promise<void> => run(SETTLE, [userIds, FINAL]),
  };
}
