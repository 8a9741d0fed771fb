import type { OrderStatus } from '@bramble/contracts/orders';
import type { Sql, Statement } from '@bramble/service-kit/stores/postgres';
import type { OrderView } from '../life/order.types';
import { type OrderViewRow, toView, viewColumns } from './order.table';

export interface OrderFilter {
  userId?: string;
  status?: OrderStatus;
  /** The beginning of an order's number, in any case, with or without its prefix. */
  number?: string;
  /** Only orders older than this one. */
  before?: string;
}

const PREFIX = 'BR-';
/** Sorts after every id. */
const END = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

// Each condition by the filter it stands for; `~>=~` and `~<~` are the order of the index on numbers.
const conditions = {
  userId: (n: number) => `o.user_id = $${n}`,
  status: (n: number) => `o.status = $${n}`,
  number: (n: number) => `o.number ~>=~ $${n} AND o.number ~<~ ($${n} || chr(1114111))`,
};
type Given = keyof typeof conditions;

/**
 * A statement for each set of filters: one for all of them could not use the index of those that are given. Which index
 * is best for a status or a number depends on its value, so these are planned for each call; the others are prepared.
 */
const statements = new Map(
  (
    [
      { given: [], name: 'list-orders' },
      { given: ['userId'], name: 'list-orders-of-user' },
      { given: ['userId', 'status'], name: 'list-orders-of-user-by-status' },
      { given: ['status'] },
      { given: ['number'] },
      { given: ['status', 'number'] },
    ] satisfies { given: Given[]; name?: string }[]
  ).map(({ given, ...named }) => {
    const where = ['o.id < $1', ...given.map((filter, index) => conditions[filter](index + 3))];
    // The page first, so that lines, refunds and timelines are read for its orders alone.
    const text = `WITH page AS (SELECT o.* FROM orders o WHERE ${where.join(' AND ')} ORDER BY o.id DESC LIMIT $2)
      SELECT ${viewColumns} FROM page o ORDER BY o.id DESC`;
    return [given.join(), { ...named, text }] as const;
  }),
);

/** The beginning of a number as it is stored; undefined when every number begins so. */
function beginningOf(typed: string): string | undefined {
  const upper = typed.toUpperCase();
  if (PREFIX.startsWith(upper)) return undefined;
  return upper.startsWith(PREFIX) ? upper : `${PREFIX}${upper}`;
}

/** Up to `limit` orders, newest first. Ids are UUIDv7, so they sort by time. */
export function listStatement(filter: OrderFilter, limit: number): Statement {
  const { userId, status, before = END } = filter;
  const number = filter.number === undefined ? undefined : beginningOf(filter.number);
  const given = Object.entries({ userId, status, number }).filter(([, value]) => value !== undefined);
  const statement = statements.get(given.map(([name]) => name).join());
  if (!statement)
    throw new Error(`there is no list of orders by ${given.map(([name]) => name).join(' and ')}`);
  return { ...statement, values: [before, limit, ...given.map(([, value]) => value)] };
}

export const createOrderListRepository = (sql: Sql) => ({
  async list(filter: OrderFilter, limit: number): Promise<OrderView[]> {
    const { rows } = await sql.query<OrderViewRow>(listStatement(filter, limit));
    return rows.map(toView);
  },
});
export type OrderListRepository = ReturnType<typeof createOrderListRepository>;
