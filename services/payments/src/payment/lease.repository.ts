import type { SqlSession } from '@bramble/service-kit/stores/sql';

/** Longer than a call to the provider takes, so that the lease of work that is under way does not lapse. */
const LEASE_SECONDS = 15;
/** When a lease that is taken now lapses, as an expression. */
export const LEASE_END = `now() + interval '${LEASE_SECONDS} seconds'`;

export interface LeasedTable {
  /** A table with `id`, `status` and `claimed_until`. */
  table: 'payment_attempts' | 'refunds';
  /** The columns of an answer, with `t` as the table's alias. */
  columns: string;
}

/** Leases of pending rows: the process that holds one works on the row, and another claims it when the lease lapsed. */
export function createLeases<T extends object>(session: SqlSession, { table, columns }: LeasedTable) {
  // The table and its columns are constants of the code.
  const CLAIM = `UPDATE ${table} t SET claimed_until = ${LEASE_END}
    WHERE t.id IN (SELECT id FROM ${table} WHERE status = 'pending' AND claimed_until < now()
                   ORDER BY claimed_until LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}`;
  const POSTPONE = `UPDATE ${table} SET claimed_until = now() + make_interval(secs => $2)
    WHERE id = ANY($1::uuid[]) AND status = 'pending'`;

  /** Claims rows whose lease lapsed; each is claimed by one process. */
  async function claim(limit: number): Promise<T[]> {
    const { rows } = await session.query<T>({ name: `claim-${table}`, text: CLAIM, values: [limit] });
    return rows;
  }

  /** Lets the leases of these rows lapse after so many seconds. */
  async function postpone(ids: readonly string[], seconds: number): Promise<void> {
    await session.query({ name: `postpone-${table}`, text: POSTPONE, values: [ids, seconds] });
  }

  return { claim, postpone };
}
