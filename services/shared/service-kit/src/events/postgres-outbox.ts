import type { Redis } from 'ioredis';
import type { AnyEvent, StaffActed } from '@bramble/contracts/events';
import type { Service } from '../runtime/service';
import type { Sql, SqlTransaction } from '../stores/sql';
import { streamOf } from './events';
import type { Outbox } from './outbox/outbox';
import type { OutboxDraft } from './outbox/outbox-store';
import { postgresOutboxStore } from './outbox/postgres-outbox-store';
import { createRelay } from './outbox/relay';
import { streamMetrics } from './outbox/stream-metrics';

/** The columns that `outboxColumns` fills, in its order. */
export const OUTBOX_COLUMNS =
  'id, stream, key, type, version, occurred_at, correlation_id, traceparent, payload';

const columnTypes = ['uuid', 'text', 'text', 'text', 'int', 'timestamptz', 'text', 'text', 'jsonb'];

/** `unnest($n::uuid[], …)` for the nine arrays of `outboxColumns`, the first being parameter `$first`. */
export const outboxUnnest = (first: number): string =>
  `unnest(${columnTypes.map((type, i) => `$${first + i}::${type}[]`).join(', ')})`;

/**
 * The nine arrays of an insertion into `outbox`, for a statement that writes state and events at once:
 * `INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(4)}`. In a unit of work the events come from
 * `unit.drain()`; outside of one, call `wake()` after the commit.
 */
export const outboxColumns = (events: readonly AnyEvent[]): unknown[][] =>
  columnsOf(
    events.map((event) => ({
      ...event,
      stream: streamOf(event.type),
      payload: JSON.stringify(event.payload),
    })),
  );

const columnsOf = (rows: readonly OutboxDraft[]): unknown[][] => [
  rows.map((row) => row.id),
  rows.map((row) => row.stream),
  rows.map((row) => row.key),
  rows.map((row) => row.type),
  rows.map((row) => row.version),
  rows.map((row) => row.occurredAt),
  rows.map((row) => row.correlationId),
  rows.map((row) => row.traceparent),
  rows.map((row) => row.payload),
];

/** The statement that appends events to the outbox; its values are `outboxColumns(events)`. */
export const OUTBOX_INSERT = `INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(1)}`;

export type PostgresOutbox = Outbox<SqlTransaction>;

/**
 * The outbox of a PostgreSQL service, and the relay of this process that publishes it to `streams`. `audits` is the type
 * of the service's audit events.
 */
export function postgresOutbox(
  service: Service,
  {
    sql,
    redis,
    streams,
    audits,
  }: { sql: Sql; redis: Redis; streams: readonly string[]; audits?: StaffActed },
): PostgresOutbox {
  const store = postgresOutboxStore(service.name, sql);
  const { wake } = createRelay(service, { store, redis, streams });
  streamMetrics(service, { store, redis, streams });

  async function append(tx: SqlTransaction, events: readonly AnyEvent[]): Promise<void> {
    if (events.length === 0) return;
    await tx.query({ name: 'outbox-append', text: OUTBOX_INSERT, values: outboxColumns(events) });
    tx.afterCommit(wake);
  }

  async function resend(tx: SqlTransaction, rows: readonly OutboxDraft[]): Promise<void> {
    await tx.query({ name: 'outbox-append', text: OUTBOX_INSERT, values: columnsOf(rows) });
    tx.afterCommit(wake);
  }

  return { append, resend, wake, audits };
}
