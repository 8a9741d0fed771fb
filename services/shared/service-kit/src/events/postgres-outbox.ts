import type { AnyEvent } from '@bramble/contracts/events';
import type { Redis } from 'ioredis';
import { noteDuplicates } from './consumer/batch-context';
import type { Service } from '../runtime/service';
import { streamOf } from './events';
import { createRelay } from './outbox/relay';
import { postgresOutboxStore } from './outbox/postgres-store';
import { streamMetrics } from './outbox/stream-metrics';
import type { Sql, SqlSession, SqlTransaction } from '../stores/postgres';

/** The columns that `outboxColumns` fills, in its order. */
export const OUTBOX_COLUMNS =
  'id, stream, key, type, version, occurred_at, correlation_id, traceparent, payload';

const columnTypes = ['uuid', 'text', 'text', 'text', 'int', 'timestamptz', 'text', 'text', 'jsonb'];

/** `unnest($n::uuid[], …)` for the nine arrays of `outboxColumns`, the first being parameter `$first`. */
export const outboxUnnest = (first: number): string =>
  `unnest(${columnTypes.map((type, i) => `$${first + i}::${type}[]`).join(', ')})`;

/**
 * The nine arrays of an insertion into `outbox`, for a statement that writes state and events at once:
 * `INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(4)}`. Call `wake()` after it has committed.
 */
export const outboxColumns = (events: readonly AnyEvent[]): unknown[][] => [
  events.map((event) => event.id),
  events.map((event) => streamOf(event.type)),
  events.map((event) => event.key),
  events.map((event) => event.type),
  events.map((event) => event.version),
  events.map((event) => event.occurredAt),
  events.map((event) => event.correlationId),
  events.map((event) => event.traceparent),
  events.map((event) => JSON.stringify(event.payload)),
];

const insertion = `INSERT INTO outbox (${OUTBOX_COLUMNS}) SELECT * FROM ${outboxUnnest(1)}`;

export interface PostgresOutbox {
  /** Writes events inside a transaction; the relay is woken when it has committed. */
  append(tx: SqlTransaction, events: readonly AnyEvent[]): Promise<void>;
  /** Says that rows were committed which `append` did not write. */
  wake(): void;
}

/** The outbox of a PostgreSQL service, and this process's part in publishing it to `streams`. */
export function postgresOutbox(
  service: Service,
  { sql, redis, streams }: { sql: Sql; redis: Redis; streams: readonly string[] },
): PostgresOutbox {
  const store = postgresOutboxStore(service, sql);
  const { wake } = createRelay(service, { store, redis, streams });
  streamMetrics(service, { store, redis, streams });
  return {
    wake,
    append: async (tx, events) => {
      if (events.length === 0) return;
      await tx.query({ name: 'outbox-append', text: insertion, values: outboxColumns(events) });
      tx.afterCommit(wake);
    },
  };
}

/**
 * The claim of events in the inbox, for a statement that does more: `$parameter` holds their ids, and it returns those
 * that nobody has claimed before, for `unclaimed`. It is an insertion: of two consumers with the same event, one waits for
 * the other.
 */
export const inboxClaim = (group: string, parameter: number): string =>
  `INSERT INTO inbox (consumer, event_id) SELECT '${group}', unnest($${parameter}::uuid[]) ON CONFLICT DO NOTHING
   RETURNING event_id`;

/** Those of `events` whose claim succeeded just now, in their order; an event that came twice in a batch counts once. */
export function unclaimed<E extends AnyEvent>(events: readonly E[], claimed: readonly string[]): E[] {
  const left = new Set(claimed);
  const fresh = events.filter((event) => left.delete(event.id.toLowerCase()));
  noteDuplicates(events, fresh);
  return fresh;
}

/**
 * Claims events for `group` in the inbox, in the transaction of their effect, and returns those that nobody has claimed
 * before, in their order.
 */
export async function freshEvents<E extends AnyEvent>(
  session: SqlSession,
  group: string,
  events: readonly E[],
): Promise<E[]> {
  if (events.length === 0) return [];
  const { rows } = await session.query<{ event_id: string }>({
    name: `inbox-claim-${group}`,
    text: inboxClaim(group, 1),
    values: [events.map((event) => event.id)],
  });
  return unclaimed(
    events,
    rows.map((row) => row.event_id),
  );
}
