import type { AnyEvent } from '@bramble/contracts/events';
import type { Sql, SqlSession, SqlTransaction } from '@bramble/service-kit/stores/postgres';
import {
  inboxClaim,
  OUTBOX_COLUMNS,
  outboxColumns,
  outboxUnnest,
  unclaimed,
  type PostgresOutbox,
} from '@bramble/service-kit/events/postgres-outbox';
import {
  orderEvents,
  orders as orderTable,
  refunds as refundTable,
  stateColumns,
  toChangedRow,
  toRefundRow,
  toState,
  toTimelineEntry,
  toView,
  viewColumns,
  type OrderRow,
  type OrderViewRow,
  type TimelineRow,
} from './order.table';
import type { Row } from './table';
import type { HistoryEntry, OrderState, OrderView, Refund } from '../life/order.types';

/** An order before and after a batch of steps, and the history they wrote. */
export interface Change {
  before: OrderState;
  after: OrderState;
  history: readonly HistoryEntry[];
}
export interface Loaded {
  /** The database's clock, in milliseconds. */
  now: number;
  orders: Map<string, OrderState>;
}
/** Who may see an order: its owner, or anybody for an admin. */
export interface Viewer {
  userId: string | null;
  admin: boolean;
}

/** The orders within one transaction. */
export interface OrderTransaction {
  readonly session: SqlTransaction;
  /** Claims events in the inbox and locks their orders; `fresh` are those that were not handled before. */
  take<E extends AnyEvent>(events: readonly E[]): Promise<Loaded & { fresh: E[] }>;
  /** Locks orders, in the order of their ids so that no two transactions wait for each other. */
  load(ids: readonly string[]): Promise<Loaded>;
  /** Locks up to `limit` orders whose time has come; none while another process does so. */
  loadDue(limit: number): Promise<Loaded>;
  save(changes: readonly Change[], events: readonly AnyEvent[]): Promise<void>;
  view(order: OrderState): Promise<OrderView>;
}

/** Reports count an order from PAID until it is cancelled or refunded. */
const countsAsSale = ({ status }: OrderState) =>
  status === 'PAID' || status === 'SHIPPED' || status === 'COMPLETED';

const lockOrders = (ids: number) =>
  `SELECT ${stateColumns}, clock_timestamp() AS now FROM orders o WHERE o.id = ANY($${ids}::uuid[])
   ORDER BY o.id FOR UPDATE`;
const LOCK = lockOrders(1);
// One round trip; what was claimed travels with the first row alone. Without a row there is no order, and no effect.
const TAKE = `WITH claimed AS (${inboxClaim('orders', 1)}), locked AS (${lockOrders(2)})
  SELECT *, CASE WHEN row_number() OVER () = 1 THEN (SELECT array_agg(event_id::text) FROM claimed) END AS claimed FROM locked`;
const LOCK_DUE = `SELECT ${stateColumns}, clock_timestamp() AS now FROM orders o WHERE o.due_at <= now()
  ORDER BY o.due_at LIMIT $1 FOR UPDATE SKIP LOCKED`;
const FIND = `SELECT ${viewColumns} FROM orders o WHERE o.id = $1 AND ($2::boolean OR o.user_id = $3)`;
const REFUNDS = `SELECT r.order_id, ${refundTable.select('r')} FROM refunds r WHERE r.order_id = ANY($1::uuid[])
  ORDER BY r.requested_at, r.id`;

// One statement, since a batch of steps is the hottest write of the saga.
const SAVE = `
WITH changed AS (
  UPDATE orders o SET ${orderTable.set('c')}
  FROM jsonb_to_recordset($1::jsonb) AS c(${orderTable.changedRecordset})
  WHERE o.id = c.id
), story AS (
  INSERT INTO order_events (${orderEvents.names}) SELECT * FROM jsonb_to_recordset($2::jsonb) AS h(${orderEvents.recordset})
), given_back AS (
  INSERT INTO refunds (${refundTable.names}) SELECT * FROM jsonb_to_recordset($3::jsonb) AS r(${refundTable.recordset})
  ON CONFLICT (id) DO UPDATE SET confirmed_at = EXCLUDED.confirmed_at
), sold AS (
  INSERT INTO sales (order_id, line_no, sold_at, product_id, seller_id, title, quantity, revenue)
  SELECT l.order_id, l.line_no, s.sold_at, l.product_id, l.seller_id, l.title, l.quantity, l.line_total
  FROM jsonb_to_recordset($4::jsonb) AS s(id uuid, sold_at timestamptz) JOIN order_lines l ON l.order_id = s.id
  ON CONFLICT DO NOTHING
), unsold AS (
  DELETE FROM sales WHERE order_id = ANY($5::uuid[])
), published AS (
  INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(6)}
)
SELECT 1`;

async function readRefunds(session: SqlSession, ids: readonly string[]): Promise<Map<string, Refund[]>> {
  const found = new Map<string, Refund[]>();
  if (ids.length === 0) return found;
  const { rows } = await session.query<Row & { order_id: string }>({
    name: 'refunds-of',
    text: REFUNDS,
    values: [ids],
  });
  for (const row of rows)
    found.set(row.order_id, [...(found.get(row.order_id) ?? []), refundTable.read(row)]);
  return found;
}

async function readTimeline(session: SqlSession, orderId: string): Promise<TimelineRow[]> {
  const { rows } = await session.query<TimelineRow>({
    name: 'timeline-of',
    text: 'SELECT label, detail, at FROM order_events WHERE order_id = $1 AND label IS NOT NULL ORDER BY version',
    values: [orderId],
  });
  return rows;
}

/** Refunds come with a statement of their own, after the lock: within one, a row that had to wait shows old refunds. */
async function locked(session: SqlSession, rows: readonly (OrderRow & { now: Date })[]): Promise<Loaded> {
  const found = rows.map((row) => toState(row, []));
  const refunds = await readRefunds(
    session,
    found.filter(({ totals }) => totals.refunded.amount > 0).map(({ id }) => id),
  );
  return {
    now: Math.max(0, ...rows.map(({ now }) => now.getTime())),
    orders: new Map(found.map((order) => [order.id, { ...order, refunds: refunds.get(order.id) ?? [] }])),
  };
}

export function createOrderRepository({ sql, outbox }: { sql: Sql; outbox: PostgresOutbox }) {
  const within = (tx: SqlTransaction): OrderTransaction => ({
    session: tx,
    async take(events) {
      const { rows } = await tx.query<OrderRow & { now: Date; claimed: string[] | null }>({
        name: 'take-events',
        text: TAKE,
        values: [events.map(({ id }) => id), [...new Set(events.map(({ key }) => key))]],
      });
      const [first] = rows;
      const claimed = first ? (first.claimed ?? []) : events.map(({ id }) => id);
      return { ...(await locked(tx, rows)), fresh: unclaimed(events, claimed) };
    },
    async load(ids) {
      const { rows } = await tx.query<OrderRow & { now: Date }>({
        name: 'lock-orders',
        text: LOCK,
        values: [ids],
      });
      return locked(tx, rows);
    },
    async loadDue(limit) {
      const lock = await tx.query<{ mine: boolean }>({
        text: "SELECT pg_try_advisory_xact_lock(hashtextextended('orders.reconcile', 0)) AS mine",
      });
      if (!lock.rows[0]?.mine) return { now: 0, orders: new Map() };
      const { rows } = await tx.query<OrderRow & { now: Date }>({
        name: 'lock-due-orders',
        text: LOCK_DUE,
        values: [limit],
      });
      return locked(tx, rows);
    },
    async save(changes, events) {
      if (changes.length === 0 && events.length === 0) return;
      await tx.query({
        name: 'save-orders',
        text: SAVE,
        values: [...saveValues(changes), ...outboxColumns(events)],
      });
      if (events.length > 0) tx.afterCommit(outbox.wake);
    },
    async view(order) {
      const timeline = await readTimeline(tx, order.id);
      return { ...order, timeline: timeline.map(toTimelineEntry) };
    },
  });

  return {
    transaction: <T>(fn: (orders: OrderTransaction) => Promise<T>): Promise<T> =>
      sql.transaction((tx) => fn(within(tx))),

    /** One order with its timeline, when the viewer may see it. */
    async find(id: string, viewer: Viewer): Promise<OrderView | undefined> {
      const { rows } = await sql.query<OrderViewRow>({
        name: 'find-order',
        text: FIND,
        values: [id, viewer.admin, viewer.userId],
      });
      const row = rows[0];
      return row && toView(row);
    },
  };
}
export type OrderRepository = ReturnType<typeof createOrderRepository>;

function saveValues(changes: readonly Change[]): unknown[] {
  const refunds = changes.flatMap(({ before, after }) =>
    after.refunds
      .filter((refund) => !before.refunds.includes(refund))
      .map((refund) => toRefundRow(after.id, refund)),
  );
  const sold = changes.filter(({ before, after }) => !countsAsSale(before) && countsAsSale(after));
  const unsold = changes.filter(({ before, after }) => countsAsSale(before) && !countsAsSale(after));
  return [
    JSON.stringify(changes.map(({ after }) => toChangedRow(after))),
    JSON.stringify(changes.flatMap(({ history }) => history.map(orderEvents.write))),
    JSON.stringify(refunds),
    JSON.stringify(
      sold.map(({ after }) => ({
        id: after.id,
        sold_at: new Date(after.paidAt ?? after.createdAt).toISOString(),
      })),
    ),
    unsold.map(({ after }) => after.id),
  ];
}
