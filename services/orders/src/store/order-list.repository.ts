import type { OrderStatus } from '@bramble/contracts/orders';
import type { SqlSession, Statement } from '@bramble/service-kit/stores/sql';
import type { OrderView } from '../life/order.types';
import { type OrderViewRow, toView, viewColumns } from './order.table';

export interface OrderFilter {
  userId?: string;
  status?: OrderStatus;
  /** The beginning of an order's number, in any case, with or without its prefix. */
  number?: string;
  /** Only orders with a lower id, which are the older ones. */
  before?: string;
}

const PREFIX = 'BR-';
/** Sorts after every id. */
const END = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

// The SQL condition of each filter; `~>=~` and `~<~` match the operator class of the index on numbers.
const conditions = {
  userId: (n: number) => `o.user_id = $${n}`,
  status: (n: number) => `o.status = $${n}`,
  number: (n: number) => `o.number ~>=~ $${n} AND o.number ~<~ ($${n} || chr(1114111))`,
};
type FilterName = keyof typeof conditions;

/**
 * One statement for each set of filters, so that each can use its index. For a status or a number the best index
 * depends on the value, so those statements are planned at each call; the others are prepared.
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
    ] satisfies { given: FilterName[]; name?: string }[]
  ).map(({ given, ...named }) => {
    const where = ['o.id < $1', ...given.map((filter, index) => conditions[filter](index + 3))];
    // The page is selected first, so that lines, refunds and timelines are read for its orders only.
    const text = `WITH page AS (SELECT o.* FROM orders o WHERE ${where.join(' AND ')} ORDER BY o.id DESC LIMIT $2)
      SELECT ${viewColumns} FROM page o ORDER BY o.id DESC`;
    return [given.join(), { ...named, text }] as const;
  }),
);

/** The stored beginning of a number; undefined when every number matches. */
function numberPrefixOf(typed: string): string | undefined {
  const upper = typed.toUpperCase();
  if (PREFIX.startsWith(upper)) return undefined;
  return upper.startsWith(PREFIX) ? upper : `${PREFIX}${upper}`;
}

/** Up to `limit` orders, newest first. Ids are UUIDv7, so they sort by time. */
export function listStatement(filter: OrderFilter, limit: number): Statement {
  const { userId, status, before = END } = filter;
  const number = filter.number === undefined ? undefined : numberPrefixOf(filter.number);
  const given = Object.entries({ userId, status, number }).filter(([, value]) => value !== undefined);
  const statement = statements.get(given.map(([name]) => name).join());
  if (!statement)
    throw new Error(`there is no list of orders by ${given.map(([name]) => name).join(' and ')}`);
  return { ...statement, values: [before, limit, ...given.map(([, value]) => value)] };
}

export function createOrderListRepository(sql: SqlSession) {
  async function list(filter: OrderFilter, limit: number): Promise<OrderView[]> {
    const { rows } = await sql.query<OrderViewRow>(listStatement(filter, limit));
    return rows.map(toView);
  }

  return { list };
}
export type OrderListRepository = ReturnType<typeof createOrderListRepository>;
