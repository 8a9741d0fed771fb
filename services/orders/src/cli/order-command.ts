import type { Sql } from '@bramble/service-kit/stores/postgres';

export const orderUsage = 'order explain NUMBER_OR_ID';

interface OrderRow {
  id: string;
  number: string;
  status: string;
  failure_reason: string | null;
  capture: string;
  attempt: number;
  total: number;
  refunded: number;
  currency: string;
  obligations: { kind: string; dueAt: string; resent: number }[];
}
interface EventRow {
  version: number;
  type: string;
  status: string;
  detail: string | null;
  at: Date;
}
interface OutboxRow {
  type: string;
  stream: string;
  stream_id: string | null;
  occurred_at: Date;
}

/** `bramble-admin order explain …`: an order's state, what is still owed, its history, and what was published of it. */
export async function orderCommand(sql: Sql, [verb, name, ...more]: readonly string[]): Promise<string> {
  if (verb !== 'explain' || name === undefined || more.length > 0)
    throw new Error(`usage: bramble-admin ${orderUsage}`);
  const { rows } = await sql.query<OrderRow>({
    text: 'SELECT * FROM orders WHERE number = $1 OR id::text = $1',
    values: [name],
  });
  const order = rows[0];
  if (!order) throw new Error(`there is no order ${name}`);
  const history = await sql.query<EventRow>({
    text: 'SELECT version, type, status, detail, at FROM order_events WHERE order_id = $1 ORDER BY version',
    values: [order.id],
  });
  const sent = await sql.query<OutboxRow>({
    text: 'SELECT type, stream, stream_id, occurred_at FROM outbox WHERE key = $1 ORDER BY seq',
    values: [order.id],
  });
  const owed = order.obligations.map(
    ({ kind, dueAt, resent }) => `  ${kind}, due ${dueAt}, sent again ${resent} times`,
  );
  return [
    `${order.number} (${order.id}) is ${order.status}${order.failure_reason ? `: ${order.failure_reason}` : ''}`,
    `payment ${order.capture}, attempt ${order.attempt}; total ${order.total}, refunded ${order.refunded} (minor units of ${order.currency})`,
    'owed:',
    ...(owed.length > 0 ? owed : ['  nothing']),
    'history:',
    ...history.rows.map(
      ({ version, at, type, status, detail }) =>
        `  ${version}  ${at.toISOString()}  ${type} → ${status}${detail ? `  ${detail}` : ''}`,
    ),
    'published in the last 24 hours:',
    ...(sent.rows.length > 0
      ? sent.rows.map(
          ({ occurred_at, type, stream, stream_id }) =>
            `  ${occurred_at.toISOString()}  ${type}  ${stream} ${stream_id ?? 'not sent yet'}`,
        )
      : ['  nothing']),
  ].join('\n');
}
