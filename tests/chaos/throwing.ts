import type { StoreClients } from '../helpers/store-clients';
import { retryWhileBroken } from './retry-while-broken';

/**
 * Refuses a claim by the millisecond in which it is made: a validator cannot call a random function, and a retry comes in
 * another millisecond.
 */
const failingShare = (share: number) => ({
  $expr: { $gte: [{ $mod: [{ $toLong: '$receivedAt' }, 100] }, share * 100] },
});

/** Makes handlers throw: the stores refuse a share of all claims in the inbox. */
export function throwingHandlers({ orders, payments, catalog, delivery }: StoreClients) {
  const trigger = (share: number) =>
    Promise.all(
      [orders, payments].map((each) =>
        each.query(
          share > 0
            ? // A sequence counts on although its transaction is rolled back; the function runs as its owner to reach it.
              `CREATE SEQUENCE IF NOT EXISTS chaos_thrown;
               CREATE OR REPLACE FUNCTION chaos_throw() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN IF random() < ${share} THEN PERFORM nextval('public.chaos_thrown'); RAISE EXCEPTION 'chaos'; END IF; RETURN NEW; END $$;
               CREATE OR REPLACE TRIGGER chaos_throw BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION chaos_throw();`
            : 'DROP TRIGGER IF EXISTS chaos_throw ON inbox',
        ),
      ),
    );
  const validator = (rule: object) =>
    Promise.all([catalog, delivery].map((db) => db.command({ collMod: 'inbox', validator: rule })));
  const counted = async (): Promise<number> => {
    let sum = 0;
    for (const pool of [orders, payments]) {
      const made = await pool.query<{ made: string | null }>(
        `SELECT to_regclass('public.chaos_thrown') AS made`,
      );
      if (made.rows[0]?.made === null) continue;
      const { rows } = await pool.query<{ n: string }>(
        'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS n FROM chaos_thrown',
      );
      sum += Number(rows[0]?.n ?? 0);
    }
    return sum;
  };
  return {
    begin: (share: number) =>
      retryWhileBroken(() => Promise.all([trigger(share), validator(failingShare(share))])),
    end: () => retryWhileBroken(() => Promise.all([trigger(0), validator({})])),
    /** How many claims were refused in PostgreSQL so far. */
    refused: () => retryWhileBroken(counted),
  };
}
