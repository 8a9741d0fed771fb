import type { AnyEvent } from '@bramble/contracts/events';
import type { Redis } from 'ioredis';
import type { ClientSession } from 'mongodb';
import { noteDuplicates } from './consumer/batch-context';
import type { Service } from '../runtime/service';
import { streamOf } from './events';
import { afterMongoCommit, type Mongo } from '../stores/mongo';
import { mongoOutboxStore, outboxOf, prepareOutbox } from './outbox/mongo-store';
import { createRelay } from './outbox/relay';
import { streamMetrics } from './outbox/stream-metrics';

export interface MongoOutbox {
  /** Writes events inside a transaction; the relay is woken when it has committed. */
  append(session: ClientSession, events: readonly AnyEvent[]): Promise<void>;
  wake(): void;
}

/** The outbox of a MongoDB service, and this process's part in publishing it to `streams`. */
export function mongoOutbox(
  service: Service,
  { mongo, redis, streams }: { mongo: Mongo; redis: Redis; streams: readonly string[] },
): MongoOutbox {
  const store = mongoOutboxStore(mongo);
  service.onStart('outbox indexes', () => prepareOutbox(mongo));
  const { wake } = createRelay(service, { store, redis, streams });
  streamMetrics(service, { store, redis, streams });
  return {
    wake,
    append: async (session, events) => {
      if (events.length === 0) return;
      await outboxOf(mongo).insertMany(
        events.map((event) => ({
          _id: event.id,
          stream: streamOf(event.type),
          key: event.key,
          type: event.type,
          version: event.version,
          occurredAt: event.occurredAt,
          correlationId: event.correlationId,
          traceparent: event.traceparent,
          payload: event.payload,
          unsent: true,
        })),
        { session },
      );
      afterMongoCommit(session, wake);
    },
  };
}

interface InboxDocument {
  _id: string;
  receivedAt: Date;
}

/** The inbox of a service without an outbox needs its index too: call this in `onStart`. */
export { prepareInbox } from './outbox/mongo-store';

/**
 * Claims events for `group` in the inbox, in the transaction of their effect, and returns those that nobody has claimed
 * before, in their order. Two consumers with the same event conflict, and the transaction of one is repeated.
 */
export async function freshMongoEvents<E extends AnyEvent>(
  mongo: Mongo,
  session: ClientSession,
  group: string,
  events: readonly E[],
): Promise<E[]> {
  if (events.length === 0) return [];
  const inbox = mongo.db.collection<InboxDocument>('inbox');
  const idOf = (event: AnyEvent) => `${group}:${event.id}`;
  const found = await inbox
    .find({ _id: { $in: events.map(idOf) } }, { session, projection: { _id: 1 } })
    .toArray();
  const known = new Set(found.map((document) => document._id));
  const fresh = events.filter((event) => !known.has(idOf(event)) && known.add(idOf(event)));
  if (fresh.length > 0) {
    const receivedAt = new Date();
    await inbox.insertMany(
      fresh.map((event) => ({ _id: idOf(event), receivedAt })),
      { session },
    );
  }
  noteDuplicates(events, fresh);
  return fresh;
}
