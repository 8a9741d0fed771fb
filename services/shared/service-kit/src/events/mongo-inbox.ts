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

/** Makes the inbox, whose claims MongoDB deletes after 7 days. Not possible inside a transaction. */
export async function prepareInbox(mongo: MongoSession): Promise<void> {
  await inboxOf(mongo).createIndex({ receivedAt: 1 }, { expireAfterSeconds: KEEP_SECONDS });
}

/**
 * Claims events for `group` in the inbox, within the transaction of their effect. Two consumers with the same event
 * conflict, and the transaction of one is repeated.
 */
export async function claimInMongo<E extends Pick<AnyEvent, 'id'>>(
  tx: MongoSession,
  group: string,
  events: readonly E[],
): Promise<{ fresh: E[]; loaded: undefined }> {
  const idOf = (event: Pick<AnyEvent, 'id'>) => `${group}:${event.id}`;
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

/** Takes the claims of events out of the inbox again, so that the group handles them once more. */
export async function unclaimInMongo(tx: MongoSession, group: string, ids: readonly string[]): Promise<void> {
  await inboxOf(tx).deleteMany({ _id: { $in: ids.map((id) => `${group}:${id}`) } }, tx.options);
}
