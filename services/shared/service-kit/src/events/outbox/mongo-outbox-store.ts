import { randomUUID } from 'node:crypto';
import { MongoServerError, type ChangeStream, type Collection } from 'mongodb';
import { dropMongoLease, takeMongoLease } from '../../stores/lock';
import type { Mongo } from '../../stores/mongo';
import { prepareInbox } from '../mongo-inbox';
import { parseStreamId } from '../stream-id';
import type { Leadership, OutboxRow, OutboxStore } from './outbox-store';

const LEASE = 'outbox';
const WAKE = 'outbox:wake';
const LEASE_MS = 8_000;
const RECORD_BATCH = 128;
const KEEP_SECONDS = 86_400;

/** `streamMs` and `streamSeq` are the parts of the entry's id; `fence` is the leadership that recorded them. */
interface OutboxDocument {
  _id: string;
  stream: string;
  key: string;
  type: string;
  version: number;
  occurredAt: string;
  correlationId: string;
  traceparent: string;
  payload: object;
  unsent?: true;
  sentAt?: Date;
  streamMs?: number;
  streamSeq?: number;
  fence?: number;
}

export const outboxOf = (mongo: Mongo): Collection<OutboxDocument> => mongo.db.collection('outbox');

/** Makes the outbox and the inbox with their indexes; inside a transaction that is not possible. */
export async function prepareOutbox(mongo: Mongo): Promise<void> {
  await prepareInbox(mongo);
  await outboxOf(mongo).createIndexes([
    { key: { unsent: 1, _id: 1 }, name: 'unsent', partialFilterExpression: { unsent: true } },
    { key: { sentAt: 1 }, name: 'sent', expireAfterSeconds: KEEP_SECONDS },
    {
      key: { stream: 1, streamMs: 1, streamSeq: 1 },
      name: 'recorded',
      partialFilterExpression: { streamMs: { $gt: 0 } },
    },
  ]);
}

/** The outbox collection, with a lease document that makes one process the leader. MongoDB deletes sent events by itself. */
export function mongoOutboxStore(mongo: Mongo): OutboxStore {
  const who = randomUUID();
  return {
    async lead() {
      const fence = await takeMongoLease(mongo, LEASE, LEASE_MS, who).catch((error: unknown) => {
        // Two processes may insert the first lease at once; the loser gets a duplicate-key error.
        if (error instanceof MongoServerError && error.code === 11000) return undefined;
        throw error;
      });
      return fence === undefined ? undefined : createLeadership(mongo, who, fence);
    },
    notify: async () =>
      void (await mongo.db
        .collection<{ _id: string; count: number }>('leases')
        .updateOne({ _id: WAKE }, { $inc: { count: 1 } }, { upsert: true })),
    async backlog() {
      const filter = { unsent: true as const };
      const [unsent, oldest] = await Promise.all([
        outboxOf(mongo).countDocuments(filter),
        outboxOf(mongo).find(filter).sort({ _id: 1 }).limit(1).next(),
      ]);
      const age = oldest ? (Date.now() - Date.parse(oldest.occurredAt)) / 1000 : 0;
      return { unsent, oldestSeconds: Math.max(0, age) };
    },
  };
}

function createLeadership(mongo: Mongo, who: string, fence: number): Leadership {
  const outbox = outboxOf(mongo);
  let heldUntil = performance.now() + LEASE_MS;
  let news: ChangeStream | undefined;
  const held = () => {
    if (performance.now() > heldUntil) throw new Error('the lease of the outbox has run out');
  };
  let wakeRelay: (() => void) | undefined;
  /** While the change stream is down, the sweep finds what other processes wrote within a second. */
  const listen = () => {
    if (!wakeRelay || (news && !news.closed)) return;
    const pipeline = [{ $match: { 'documentKey._id': WAKE } }, { $project: { _id: 1 } }];
    const stream = mongo.db.collection('leases').watch(pipeline, { maxAwaitTimeMS: 5_000 });
    stream.on('change', wakeRelay);
    stream.on('error', () => void stream.close().catch(() => undefined));
    news = stream;
  };
  return {
    onWake(wake) {
      wakeRelay = wake;
      listen();
    },
    async renew() {
      const asked = performance.now();
      if ((await takeMongoLease(mongo, LEASE, LEASE_MS, who)) !== fence)
        throw new Error('another process publishes the outbox');
      heldUntil = asked + LEASE_MS;
      listen();
    },
    async unsent(limit) {
      held();
      const documents = await outbox.find({ unsent: true }).sort({ _id: 1 }).limit(limit).toArray();
      held();
      return documents.map(({ _id, payload, ...rest }): OutboxRow => ({
        ...rest,
        position: _id,
        id: _id,
        payload: JSON.stringify(payload),
      }));
    },
    async recordSent(rows) {
      // One update that looks each row's id up in a list costs a third of one update per row (measured: 39 of 124 ms).
      const chunks = Array.from({ length: Math.ceil(rows.length / RECORD_BATCH) }, (_, i) =>
        rows.slice(i * RECORD_BATCH, (i + 1) * RECORD_BATCH),
      );
      await Promise.all(
        chunks.map((chunk) => {
          const ids = chunk.map((row) => String(row.position));
          const parts = chunk.map((row) => parseStreamId(row.streamId));
          const ofRow = (values: number[]) => ({ $arrayElemAt: [values, { $indexOfArray: [ids, '$_id'] }] });
          return outbox.updateMany({ _id: { $in: ids }, fence: { $not: { $gt: fence } } }, [
            {
              $set: {
                sentAt: '$$NOW',
                fence,
                streamMs: ofRow(parts.map((part) => part.ms)),
                streamSeq: ofRow(parts.map((part) => part.seq)),
              },
            },
            { $unset: 'unsent' },
          ]);
        }),
      );
    },
    async highest() {
      const streams = await outbox.distinct('stream');
      const found = await Promise.all(
        streams.map((stream) =>
          outbox
            .find({ stream, streamMs: { $gt: 0 } })
            .sort({ streamMs: -1, streamSeq: -1 })
            .limit(1)
            .next(),
        ),
      );
      return new Map(
        found.flatMap((row) =>
          row ? [[row.stream, `${row.streamMs ?? 0}-${row.streamSeq ?? 0}`] as const] : [],
        ),
      );
    },
    async unsendAbove(stream, id) {
      const { ms, seq } = parseStreamId(id);
      const { modifiedCount } = await outbox.updateMany(
        { stream, $or: [{ streamMs: { $gt: ms } }, { streamMs: ms, streamSeq: { $gt: seq } }] },
        { $set: { unsent: true, fence }, $unset: { sentAt: true, streamMs: true, streamSeq: true } },
      );
      return modifiedCount;
    },
    deleteOld: () => Promise.resolve(0),
    async release() {
      await news?.close().catch(() => undefined);
      await dropMongoLease(mongo, LEASE, who);
    },
  };
}
