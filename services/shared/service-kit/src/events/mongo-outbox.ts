import type { Redis } from 'ioredis';
import type { AnyEvent, StaffActed } from '@bramble/contracts/events';
import type { Service } from '../runtime/service';
import type { Mongo, MongoTransaction } from '../stores/mongo';
import { prepareLetters } from './dead-letters/mongo-letters';
import { streamOf } from './events';
import { prepareInbox } from './mongo-inbox';
import { mongoOutboxStore, outboxOf, prepareOutbox } from './outbox/mongo-outbox-store';
import type { Outbox } from './outbox/outbox';
import type { OutboxDraft, OutboxRow } from './outbox/outbox-store';
import { createRelay } from './outbox/relay';
import { streamMetrics } from './outbox/stream-metrics';

export type MongoOutbox = Outbox<MongoTransaction>;

async function prepareCollections(mongo: Mongo): Promise<void> {
  await prepareInbox(mongo);
  await prepareLetters(mongo);
  await prepareOutbox(mongo);
}

/**
 * The outbox of a MongoDB service, and the relay of this process that publishes it to `streams`. `audits` is the type
 * of the service's audit events.
 */
export function mongoOutbox(
  service: Service,
  {
    mongo,
    redis,
    streams,
    audits,
    beforeSend,
  }: {
    mongo: Mongo;
    redis: Redis;
    streams: readonly string[];
    audits?: StaffActed;
    beforeSend?: (rows: readonly OutboxRow[]) => Promise<void>;
  },
): MongoOutbox {
  const store = mongoOutboxStore(mongo);
  service.onStart('outbox indexes', () => prepareCollections(mongo));
  const { wake } = createRelay(service, { store, redis, streams, beforeSend });
  streamMetrics(service, { store, redis, streams });

  async function append(tx: MongoTransaction, events: readonly AnyEvent[]): Promise<void> {
    if (events.length === 0) return;
    const documents = events.map((event) => ({
      _id: event.id,
      stream: streamOf(event.type),
      key: event.key,
      type: event.type,
      version: event.version,
      occurredAt: event.occurredAt,
      correlationId: event.correlationId,
      traceparent: event.traceparent,
      payload: event.payload,
      unsent: true as const,
    }));
    await outboxOf(mongo).insertMany(documents, tx.options);
    tx.afterCommit(wake);
  }

  async function resend(tx: MongoTransaction, rows: readonly OutboxDraft[]): Promise<void> {
    const replacements = rows.map(({ id, payload, ...rest }) => ({
      replaceOne: {
        filter: { _id: id },
        // The row of an earlier replay may still be there.
        replacement: { ...rest, payload: JSON.parse(payload) as object, unsent: true as const },
        upsert: true,
      },
    }));
    await outboxOf(mongo).bulkWrite(replacements, tx.options);
    tx.afterCommit(wake);
  }

  return { append, resend, wake, audits };
}
