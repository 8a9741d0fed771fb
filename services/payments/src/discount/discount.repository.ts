import type { SqlSession } from '@bramble/service-kit/stores/postgres';

export interface DiscountRow {
  code: string;
  type: 'percent' | 'fixed';
  value: number;
  minimum: number | null;
  startsAt: Date | null;
  endsAt: Date | null;
  usageLimit: number | null;
  used: number;
}
export type DiscountFields = Omit<DiscountRow, 'code' | 'type' | 'used'>;

const COLUMNS = `code, type, value, minimum, starts_at AS "startsAt", ends_at AS "endsAt", usage_limit AS "usageLimit", used`;
const CREATE = `INSERT INTO discounts (code, type, value, minimum, starts_at, ends_at, usage_limit)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING RETURNING ${COLUMNS}`;
const FIND = `SELECT ${COLUMNS} FROM discounts WHERE code = $1`;
const LIST = `SELECT ${COLUMNS} FROM discounts WHERE code > $1 ORDER BY code LIMIT $2`;
const CHANGE = `UPDATE discounts SET value = $2, minimum = $3, starts_at = $4, ends_at = $5, usage_limit = $6
  WHERE code = $1 RETURNING ${COLUMNS}`;

/** The discount codes that admins manage, in the database or in one transaction. */
export function createDiscountRepository(sql: SqlSession) {
  async function one(name: string, text: string, values: unknown[]): Promise<DiscountRow | undefined> {
    const { rows } = await sql.query<DiscountRow>({ name, text, values });
    return rows[0];
  }

  return {
    /** Undefined when the code exists. */
    create: ({ code, type, value, minimum, startsAt, endsAt, usageLimit }: Omit<DiscountRow, 'used'>) =>
      one('create-discount', CREATE, [code, type, value, minimum, startsAt, endsAt, usageLimit]),

    find: (code: string) => one('find-discount', FIND, [code]),
    /** Like `find`, and no other transaction changes it until this one ends. */
    lock: (code: string) => one('lock-discount', `${FIND} FOR UPDATE`, [code]),

    /** Codes after `after`, in their order, and one more than `limit`, which shows that there is a next page. */
    async list(limit: number, after = ''): Promise<DiscountRow[]> {
      const { rows } = await sql.query<DiscountRow>({
        name: 'list-discounts',
        text: LIST,
        values: [after, limit + 1],
      });
      return rows;
    },

    /** Undefined when the code does not exist. */
    change: (code: string, { value, minimum, startsAt, endsAt, usageLimit }: DiscountFields) =>
      one('change-discount', CHANGE, [code, value, minimum, startsAt, endsAt, usageLimit]),

    async remove(code: string): Promise<void> {
      await sql.query({ text: 'DELETE FROM discounts WHERE code = $1', values: [code] });
    },
  };
}
export type DiscountRepository = ReturnType<typeof createDiscountRepository>;
