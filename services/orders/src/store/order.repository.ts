import type { AnyEvent } from '@bramble/contracts/events';
import { freshOf, inboxClaim } from '@bramble/service-kit/events/postgres-inbox';
import { OUTBOX_COLUMNS, outboxColumns, outboxUnnest } from '@bramble/service-kit/events/postgres-outbox';
import type { SqlSession } from '@bramble/service-kit/stores/sql';
import type { HistoryEntry, OrderState, OrderView, Refund } from '../life/order.types';
import {
  orderEvents,
  type OrderRow,
  orders as orderTable,
  type OrderViewRow,
  refunds as refundTable,
  stateColumns,
  type TimelineRow,
  toChangedRow,
  toRefundRow,
  toState,
  toTimelineEntry,
  toView,
  viewColumns,
} from './order.table';
import type { Row } from './table';

/** An order before and after a batch of steps, and the history rows of these steps. */
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
/** Orders that are due, and the ids of those with events that were not published yet. */
export interface Due extends Loaded {
  unsent: ReadonlySet<string>;
}
/** Who may see an order: its owner, or anybody for an admin. */
export interface Viewer {
  userId: string | null;
  admin: boolean;
}

/** Reports count an order from PAID until it is cancelled or refunded. */
const countsAsSale = ({ status }: OrderState) =>
  status === 'PAID' || status === 'SHIPPED' || status === 'COMPLETED';

const lockOrders = (ids: number) =>
  `SELECT ${stateColumns}, clock_timestamp() AS now FROM orders o WHERE o.id = ANY($${ids}::uuid[])
   ORDER BY o.id FOR UPDATE`;
const LOCK = lockOrders(1);
const claimAndLock = (
  group: string,
) => `WITH claimed AS (${inboxClaim(group, 1)}), locked AS (${lockOrders(2)})
  SELECT l.*, CASE WHEN row_number() OVER () = 1 THEN c.ids END AS claimed
  FROM (SELECT array_agg(event_id::text) AS ids FROM claimed) c LEFT JOIN locked l ON true`;
const LOCK_DUE = `SELECT ${stateColumns}, clock_timestamp() AS now FROM orders o WHERE o.due_at <= now() AND o.id <> ALL($2::uuid[])
  ORDER BY o.due_at LIMIT $1 FOR UPDATE SKIP LOCKED`;
const UNSENT = 'SELECT DISTINCT key FROM outbox WHERE sent_at IS NULL AND key = ANY($1)';
const FIND = `SELECT ${viewColumns} FROM orders o WHERE o.id = $1 AND ($2::boolean OR o.user_id = $3)`;
const REFUNDS = `SELECT r.order_id, ${refundTable.select('r')} FROM refunds r WHERE r.order_id = ANY($1::uuid[])
  ORDER BY r.requested_at, r.id`;

// One statement, since a batch of steps is the most frequent write of the saga.
const SAVE = `
WITH changed AS (
  UPDATE orders o SET ${orderTable.set('c')}
  FROM jsonb_to_recordset($1::jsonb) AS c(${orderTable.changedRecordset})
  WHERE o.id = c.id
), history AS (
  INSERT INTO order_events (${orderEvents.names}) SELECT * FROM jsonb_to_recordset($2::jsonb) AS h(${orderEvents.recordset})
), refunded AS (
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

/** Reads refunds in a second statement: under READ COMMITTED the snapshot of the first one predates its locks. */
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

/** Claims events in the inbox and locks their orders in one round trip. */
export async function claimAndLockOrders<E extends AnyEvent>(
  tx: SqlSession,
  group: string,
  events: readonly E[],
): Promise<{ fresh: E[]; loaded: Loaded }> {
  const { rows } = await tx.query<OrderRow & { now: Date; claimed: string[] | null }>({
    name: 'claim-and-lock-orders',
    text: claimAndLock(group),
    values: [events.map(({ id }) => id), [...new Set(events.map(({ key }) => key))]],
  });
  // The first row has the claimed ids. It is a row of NULLs when no order is known.
  const known = rows.filter(({ id }) => id !== null);
  return { fresh: freshOf(events, rows[0]?.claimed ?? []), loaded: await locked(tx, known) };
}

/** Orders, in the database or in one transaction. Locks last until the transaction ends. */
export function createOrderRepository(session: SqlSession) {
  /** Locks orders by ascending id, so that two transactions cannot deadlock. */
  async function load(ids: readonly string[]): Promise<Loaded> {
    const { rows } = await session.query<OrderRow & { now: Date }>({
      name: 'lock-orders',
      text: LOCK,
      values: [ids],
    });
    return locked(session, rows);
  }

  /** Locks up to `limit` due orders, without `except`; answers none while another process holds the reconciler's lock. */
  async function loadDue(limit: number, except: readonly string[]): Promise<Due> {
    const lock = await session.query<{ mine: boolean }>({
      text: "SELECT pg_try_advisory_xact_lock(hashtextextended('orders.reconcile', 0)) AS mine",
    });
    if (!lock.rows[0]?.mine) return { now: 0, orders: new Map(), unsent: new Set() };
    const { rows } = await session.query<OrderRow & { now: Date }>({
      name: 'lock-due-orders',
      text: LOCK_DUE,
      values: [limit, except],
    });
    const loaded = await locked(session, rows);
    return { ...loaded, unsent: await unsentOf([...loaded.orders.keys()]) };
  }

  async function unsentOf(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await session.query<{ key: string }>({
      name: 'unsent-of-orders',
      text: UNSENT,
      values: [ids],
    });
    return new Set(rows.map(({ key }) => key));
  }

  /** Writes orders with their history, refunds and sales, and the outbox rows of `events`, in one round trip. */
  async function save(changes: readonly Change[], events: readonly AnyEvent[]): Promise<void> {
    if (changes.length === 0 && events.length === 0) return;
    await session.query({
      name: 'save-orders',
      text: SAVE,
      values: [...saveValues(changes), ...outboxColumns(events)],
    });
  }

  /** An order with its timeline. */
  async function view(order: OrderState): Promise<OrderView> {
    const timeline = await readTimeline(session, order.id);
    return { ...order, timeline: timeline.map(toTimelineEntry) };
  }

  /** One order with its timeline if the viewer may see it. */
  async function find(id: string, viewer: Viewer): Promise<OrderView | undefined> {
    const { rows } = await session.query<OrderViewRow>({
      name: 'find-order',
      text: FIND,
      values: [id, viewer.admin, viewer.userId],
    });
    const row = rows[0];
    return row && toView(row);
  }

  return { load, loadDue, save, view, find };
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
