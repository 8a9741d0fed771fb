import type { Sql } from '@bramble/service-kit/stores/sql';
import type { CapturedCharge } from './provider';

export interface SandboxCharge {
  key: string;
  amount: number;
  currency: string;
  token: string;
  captured: boolean;
  reason: string | null;
}
export type Remembered = Pick<SandboxCharge, 'key' | 'captured' | 'reason'> & { fresh: boolean };

/** The sandbox's own tables, which stand for the state of an external provider. */
export function createSandboxRepository(sql: Sql) {
  /** Inserts new charges and answers the first decision for every key. */
  async function remember(charges: readonly SandboxCharge[]): Promise<Remembered[]> {
    const { rows } = await sql.query<Remembered>({
      name: 'sandbox-remember',
      text: `
        WITH given AS (
          SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::text[])
            AS g(key, amount, currency, token, captured, reason)),
        fresh AS (
          INSERT INTO sandbox_charges (key, amount, currency, token, captured, reason)
          SELECT * FROM given ORDER BY key ON CONFLICT DO NOTHING RETURNING key, captured, reason)
        SELECT key, captured, reason, true AS fresh FROM fresh
        UNION ALL
        SELECT c.key, c.captured, c.reason, false FROM sandbox_charges c JOIN given USING (key)`,
      values: [
        charges.map(({ key }) => key),
        charges.map(({ amount }) => amount),
        charges.map(({ currency }) => currency),
        charges.map(({ token }) => token),
        charges.map(({ captured }) => captured),
        charges.map(({ reason }) => reason),
      ],
    });
    return rows;
  }

  async function find(key: string): Promise<SandboxCharge | undefined> {
    const { rows } = await sql.query<SandboxCharge>({
      name: 'sandbox-find',
      text: 'SELECT key, amount, currency, token, captured, reason FROM sandbox_charges WHERE key = $1',
      values: [key],
    });
    return rows[0];
  }

  /**
   * Refunds the amount, or what is left of the charge when that is less, and answers what the refund gives. Undefined when
   * the charge captured less than the amount. The lock on the charge's row makes its refunds wait for each other.
   */
  function refund(key: string, chargeKey: string, amount: number): Promise<number | undefined> {
    return sql.transaction(async (tx) => {
      const charge = await tx.query<{ amount: number }>({
        text: 'SELECT amount FROM sandbox_charges WHERE key = $1 AND captured FOR UPDATE',
        values: [chargeKey],
      });
      const { rows } = await tx.query<{ key: string; amount: number }>({
        text: 'SELECT key, amount FROM sandbox_refunds WHERE charge_key = $1',
        values: [chargeKey],
      });
      const known = rows.find((row) => row.key === key);
      if (known) return known.amount;
      const captured = charge.rows[0]?.amount ?? 0;
      if (amount > captured) return undefined;
      const left = captured - rows.reduce((sum, row) => sum + row.amount, 0);
      const given = Math.min(amount, left);
      if (given > 0)
        await tx.query({
          text: 'INSERT INTO sandbox_refunds (key, charge_key, amount) VALUES ($1, $2, $3)',
          values: [key, chargeKey, given],
        });
      return given;
    });
  }

  async function captures(since: Date): Promise<Omit<CapturedCharge, 'attemptId' | 'reference'>[]> {
    const { rows } = await sql.query<Omit<CapturedCharge, 'attemptId' | 'reference'>>({
      text: `
        SELECT c.key, c.amount, coalesce(sum(r.amount), 0)::bigint AS refunded, c.currency, c.created_at AS "createdAt"
        FROM sandbox_charges c LEFT JOIN sandbox_refunds r ON r.charge_key = c.key
        WHERE c.captured AND c.created_at >= $1 GROUP BY c.key`,
      values: [since],
    });
    return rows;
  }

  return { remember, find, refund, captures };
}
export type SandboxRepository = ReturnType<typeof createSandboxRepository>;
