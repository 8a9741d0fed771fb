import { newId } from '@bramble/service-kit/base/ids';
import type { SqlSession } from '@bramble/service-kit/stores/sql';
import type { CapturedCharge } from '../provider/provider';

/** The provider does not say whose charge it is, and whoever needs the owner asks orders. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** A charge with what its key says. */
export interface OwnCharge extends CapturedCharge {
  orderId: string;
  attempt: number;
}

interface CheckTimes {
  checkedUntil: Date;
  restoredAt: Date | null;
  now: Date;
}

/** How far the provider's captures were compared with the attempts. The time is part of every backup. */
export function createChargeCheckRepository(session: SqlSession) {
  /** The time up to which captures were compared, that of the last restore, and the clock of the database. */
  async function times(): Promise<CheckTimes> {
    const { rows } = await session.query<CheckTimes>({
      text: 'SELECT checked_until AS "checkedUntil", restored_at AS "restoredAt", now() AS now FROM charge_checks',
    });
    const [found] = rows;
    if (!found) throw new Error('charge_checks has no row');
    return found;
  }

  async function advance(to: Date): Promise<void> {
    await session.query({
      text: 'UPDATE charge_checks SET checked_until = greatest(checked_until, $1)',
      values: [to],
    });
  }

  /** The captures that have no attempt. */
  async function missing(charges: readonly OwnCharge[]): Promise<OwnCharge[]> {
    const { rows } = await session.query<{ key: string }>({
      text: 'SELECT key FROM payment_attempts WHERE key = ANY($1::text[])',
      values: [charges.map(({ key }) => key)],
    });
    const known = new Set(rows.map(({ key }) => key));
    return charges.filter(({ key }) => !known.has(key));
  }

  /**
   * Inserts an attempt for each capture that has none, as one whose call may have reached the provider and whose lease has
   * lapsed: the sweep looks it up and settles it. Answers the inserted ones.
   */
  async function insertMissing(
    charges: readonly OwnCharge[],
  ): Promise<{ orderId: string; key: string; amount: number }[]> {
    const { rows } = await session.query<{ orderId: string; key: string; amount: number }>({
      text: `
        INSERT INTO payment_attempts
          (id, order_id, user_id, attempt, key, amount, currency, token, reference, tries, correlation_id, traceparent,
           claimed_until, created_at)
        SELECT id, order_id, '${NOBODY}', attempt, key, amount, currency, '', reference, 1, id::text, '', now(), created_at
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[])
          AS g(id, order_id, attempt, key, amount, currency, reference, created_at)
        ORDER BY key ON CONFLICT DO NOTHING
        RETURNING order_id AS "orderId", key, amount`,
      values: [
        charges.map(({ attemptId }) => attemptId ?? newId()),
        charges.map(({ orderId }) => orderId),
        charges.map(({ attempt }) => attempt),
        charges.map(({ key }) => key),
        charges.map(({ amount }) => amount),
        charges.map(({ currency }) => currency),
        charges.map(({ reference }) => reference),
        charges.map(({ createdAt }) => createdAt),
      ],
    });
    return rows;
  }

  return { times, advance, missing, insertMissing };
}
export type ChargeCheckRepository = ReturnType<typeof createChargeCheckRepository>;
