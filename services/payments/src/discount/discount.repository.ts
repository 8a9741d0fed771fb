import type { SqlSession } from '@bramble/service-kit/stores/sql';

export interface DiscountRow {
  code: string;
  type: 'percent' | 'fixed';
  value: number;
  minimum: number | null;
  startsAt: Date | null;
  endsAt: Date | null;
  usageLimit: number | null;
  used: number;
  /** Made or last changed while every visitor could be admin. */
  madeInDemo: boolean;
}
export type DiscountFields = Omit<DiscountRow, 'code' | 'type' | 'used'>;

const COLUMNS = `code, type, value, minimum, starts_at AS "startsAt", ends_at AS "endsAt", usage_limit AS "usageLimit", used,
  made_in_demo AS "madeInDemo"`;
const CREATE = `INSERT INTO discounts (code, type, value, minimum, starts_at, ends_at, usage_limit, made_in_demo)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code) DO NOTHING RETURNING ${COLUMNS}`;
const FIND = `SELECT ${COLUMNS} FROM discounts WHERE code = $1`;
const LIST = `SELECT ${COLUMNS} FROM discounts WHERE code > $1 ORDER BY code LIMIT $2`;
const CHANGE = `UPDATE discounts SET value = $2, minimum = $3, starts_at = $4, ends_at = $5, usage_limit = $6,
  made_in_demo = $7 WHERE code = $1 RETURNING ${COLUMNS}`;
// A code that has not begun yet loses its start, since it may not end before it starts.
const END_DEMO = `UPDATE discounts SET ends_at = least(ends_at, now()), made_in_demo = false,
  starts_at = CASE WHEN starts_at < least(ends_at, now()) THEN starts_at END
  WHERE made_in_demo RETURNING code`;

const valuesOf = ({ value, minimum, startsAt, endsAt, usageLimit, madeInDemo }: DiscountFields) => [
  value,
  minimum,
  startsAt,
  endsAt,
  usageLimit,
  madeInDemo,
];

/** The discount codes that admins manage, in the database or in one transaction. */
export function createDiscountRepository(sql: SqlSession) {
  async function one(name: string, text: string, values: unknown[]): Promise<DiscountRow | undefined> {
    const { rows } = await sql.query<DiscountRow>({ name, text, values });
    return rows[0];
  }

  /** Undefined when the code exists. */
  function create({ code, type, ...fields }: Omit<DiscountRow, 'used'>) {
    return one('create-discount', CREATE, [code, type, ...valuesOf(fields)]);
  }

  function find(code: string) {
    return one('find-discount', FIND, [code]);
  }

  /** Like `find`, and no other transaction changes it until this one ends. */
  function lock(code: string) {
    return one('lock-discount', `${FIND} FOR UPDATE`, [code]);
  }

  /** Codes after `after`, in their order, and one more than `limit`, which shows that there is a next page. */
  async function list(limit: number, after = ''): Promise<DiscountRow[]> {
    const { rows } = await sql.query<DiscountRow>({
      name: 'list-discounts',
      text: LIST,
      values: [after, limit + 1],
    });
    return rows;
  }

  /** Undefined when the code does not exist. */
  function change(code: string, fields: DiscountFields) {
    return one('change-discount', CHANGE, [code, ...valuesOf(fields)]);
  }

  /** Ends the codes that were made or last changed while every visitor could be admin; answers them. */
  async function endDemoCodes(): Promise<string[]> {
    const { rows } = await sql.query<{ code: string }>({ name: 'end-demo-discounts', text: END_DEMO });
    return rows.map(({ code }) => code);
  }

  async function remove(code: string): Promise<void> {
    await sql.query({ text: 'DELETE FROM discounts WHERE code = $1', values: [code] });
  }

  return { create, find, lock, list, change, endDemoCodes, remove };
}
export type DiscountRepository = ReturnType<typeof createDiscountRepository>;
