import type { Collection } from 'mongodb';
import type { AnyEvent } from '@bramble/contracts/events';
import type { MongoSession } from '../stores/mongo';

const KEEP_SECONDS = 7 * 86_400;

interface InboxDocument {
  /** `<group>:<event id>`. */
  _id: string;
  receivedAt: Date;
}

const inboxOf = ({ db }: MongoSession): Collection<InboxDocument> => db.collection('inbox');

/** Makes the inbox and has MongoDB delete claims after 7 days; inside a transaction neither is possible. */
export async function prepareInbox(mongo: MongoSession): Promise<void> {
  await inboxOf(mongo).createIndex({ receivedAt: 1 }, { expireAfterSeconds: KEEP_SECONDS });
}

/**
 * Claims events for `group` in the inbox, within the transaction of their effect. Two consumers with the same event
 * conflict, and the transaction of one is repeated.
 */
export async function claimInMongo<E extends AnyEvent>(
  tx: MongoSession,
  group: string,
  events: readonly E[],
): Promise<{ fresh: E[]; loaded: undefined }> {
  const idOf = (event: AnyEvent) => `${group}:${event.id}`;
  const found = await inboxOf(tx)
    .find({ _id: { $in: events.map(idOf) } }, { ...tx.options, projection: { _id: 1 } })
    .toArray();
  const claimed = new Set(found.map((document) => document._id));
  const fresh = events.filter((event) => !claimed.has(idOf(event)) && claimed.add(idOf(event)));
  if (fresh.length > 0) {
    const receivedAt = new Date();
    await inboxOf(tx).insertMany(
      fresh.map((event) => ({ _id: idOf(event), receivedAt })),
      tx.options,
    );
  }
  return { fresh, loaded: undefined };
}
