import { randomUUID } from 'node:crypto';
import { type ChangeStream, type Collection, MongoServerError } from 'mongodb';
import { acquireMongoLease, releaseMongoLease } from '../../stores/lock';
import type { Mongo } from '../../stores/mongo';
import { parseStreamId } from '../stream-id';
import type { Leadership, OutboxRow, OutboxStore, SentRow } from './outbox-store';

const LEASE = 'outbox';
const WAKE = 'outbox:wake';
const LEASE_MS = 8_000;
const RECORD_BATCH = 128;
const KEEP_SECONDS = 86_400;
const DUPLICATE_KEY = 11_000;

/** `streamMs` and `streamSeq` are the parts of the entry's id; `fence` is that of the leader that recorded them. */
interface OutboxDocument extends Omit<OutboxRow, 'position' | 'id' | 'payload'> {
  _id: string;
  payload: object;
  unsent?: true;
  sentAt?: Date;
  streamMs?: number;
  streamSeq?: number;
  fence?: number;
}

export const outboxOf = (mongo: Mongo): Collection<OutboxDocument> => mongo.db.collection('outbox');

/** Makes the outbox with its indexes; inside a transaction that is not possible. */
export async function prepareOutbox(mongo: Mongo): Promise<void> {
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
  const holder = randomUUID();

  async function lead(): Promise<Leadership | undefined> {
    const fence = await acquireMongoLease(mongo, LEASE, LEASE_MS, holder).catch((error: unknown) => {
      // Two processes may insert the first lease at once; the loser gets a duplicate-key error.
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
      throw error;
    });
    return fence === undefined ? undefined : createLeadership(mongo, { holder, fence });
  }

  async function notify(): Promise<void> {
    const leases = mongo.db.collection<{ _id: string; count: number }>('leases');
    await leases.updateOne({ _id: WAKE }, { $inc: { count: 1 } }, { upsert: true });
  }

  async function backlog(): Promise<{ unsent: number; oldestSeconds: number }> {
    const filter = { unsent: true as const };
    const [unsent, oldest] = await Promise.all([
      outboxOf(mongo).countDocuments(filter),
      outboxOf(mongo).find(filter).sort({ _id: 1 }).limit(1).next(),
    ]);
    const age = oldest ? (Date.now() - Date.parse(oldest.occurredAt)) / 1000 : 0;
    return { unsent, oldestSeconds: Math.max(0, age) };
  }

  return { lead, notify, backlog };
}

function createLeadership(mongo: Mongo, { holder, fence }: { holder: string; fence: number }): Leadership {
  const outbox = outboxOf(mongo);
  const lease = createHeldLease(mongo, { holder, fence });
  const wakeStream = createWakeStream(mongo);

  function onWake(wake: () => void): void {
    wakeStream.listen(wake);
  }

  async function renew(): Promise<void> {
    await lease.renew();
    wakeStream.reopen();
  }

  async function unsent(limit: number): Promise<OutboxRow[]> {
    lease.assertHeld();
    const documents = await outbox.find({ unsent: true }).sort({ _id: 1 }).limit(limit).toArray();
    lease.assertHeld();
    return documents.map(({ _id, payload, ...rest }) => ({
      ...rest,
      position: _id,
      id: _id,
      payload: JSON.stringify(payload),
    }));
  }

  async function recordSent(rows: readonly SentRow[]): Promise<void> {
    const chunks = Array.from({ length: Math.ceil(rows.length / RECORD_BATCH) }, (_, i) =>
      rows.slice(i * RECORD_BATCH, (i + 1) * RECORD_BATCH),
    );
    await Promise.all(chunks.map((chunk) => recordChunk(outbox, fence, chunk)));
  }

  async function highest(): Promise<ReadonlyMap<string, string>> {
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
  }

  async function unsendAbove(stream: string, id: string): Promise<number> {
    const { ms, seq } = parseStreamId(id);
    const { modifiedCount } = await outbox.updateMany(
      { stream, $or: [{ streamMs: { $gt: ms } }, { streamMs: ms, streamSeq: { $gt: seq } }] },
      { $set: { unsent: true, fence }, $unset: { sentAt: true, streamMs: true, streamSeq: true } },
    );
    return modifiedCount;
  }

  async function release(): Promise<void> {
    await wakeStream.close();
    await releaseMongoLease(mongo, LEASE, holder);
  }

  const deleteOld = () => Promise.resolve(0);
  return { fence, onWake, renew, unsent, recordSent, highest, unsendAbove, deleteOld, release };
}

/** The lease while this process holds it, by the monotonic clock of this process. */
function createHeldLease(mongo: Mongo, { holder, fence }: { holder: string; fence: number }) {
  const state = { heldUntil: performance.now() + LEASE_MS };

  function assertHeld(): void {
    if (performance.now() > state.heldUntil) throw new Error('the lease of the outbox has run out');
  }

  async function renew(): Promise<void> {
    const requestedAt = performance.now();
    if ((await acquireMongoLease(mongo, LEASE, LEASE_MS, holder)) !== fence)
      throw new Error('another process publishes the outbox');
    state.heldUntil = requestedAt + LEASE_MS;
  }

  return { assertHeld, renew };
}

/** Calls `wake` when another process has written rows. While the change stream is down, the sweep finds them within a second. */
function createWakeStream(mongo: Mongo) {
  const state: { wake?: () => void; stream?: ChangeStream } = {};

  function listen(wake: () => void): void {
    state.wake = wake;
    reopen();
  }

  function reopen(): void {
    if (!state.wake || (state.stream && !state.stream.closed)) return;
    const pipeline = [{ $match: { 'documentKey._id': WAKE } }, { $project: { _id: 1 } }];
    const stream = mongo.db.collection('leases').watch(pipeline, { maxAwaitTimeMS: 5_000 });
    stream.on('change', state.wake);
    stream.on('error', () => void stream.close().catch(() => undefined));
    state.stream = stream;
  }

  async function close(): Promise<void> {
    await state.stream?.close().catch(() => undefined);
  }

  return { listen, reopen, close };
}

/** One update that looks each row's id up in a list costs a third of one update per row (measured: 39 of 124 ms). */
async function recordChunk(
  outbox: Collection<OutboxDocument>,
  fence: number,
  rows: readonly SentRow[],
): Promise<void> {
  const ids = rows.map((row) => String(row.position));
  const parts = rows.map((row) => parseStreamId(row.streamId));
  const ofRow = (values: number[]) => ({ $arrayElemAt: [values, { $indexOfArray: [ids, '$_id'] }] });
  await outbox.updateMany({ _id: { $in: ids }, fence: { $not: { $gt: fence } } }, [
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
}
