import type { Collection } from 'mongodb';
import type { Mongo, MongoSession, MongoTransaction } from '../../stores/mongo';
import type { Letter } from './letter';
import type { LetterCount, LetterPosition, LetterTable } from './letter-store';

/** `fields` is JSON text, because names of fields may hold dots. */
interface LetterDocument extends Omit<Letter, 'fields'> {
  /** `<group>:<event id>`, as in the inbox. */
  _id: string;
  group: string;
  fields: string;
}

const lettersOf = ({ db }: MongoSession): Collection<LetterDocument> => db.collection('dead_letters');

/** Makes the dead letters' collection and its indexes; inside a transaction neither is possible. */
export async function prepareLetters(mongo: MongoSession): Promise<void> {
  await lettersOf(mongo).createIndexes([
    { key: { group: 1, failedAt: -1, eventId: -1 }, name: 'newest' },
    { key: { group: 1, causeId: 1, failedAt: 1 }, name: 'of_cause' },
  ]);
}

const toLetter = ({ _id, group: _group, fields, ...rest }: LetterDocument): Letter => ({
  ...rest,
  fields: JSON.parse(fields) as Letter['fields'],
});

/** The collection `dead_letters`, of one group. */
export function mongoLetters(mongo: Mongo, group: string): LetterTable<MongoTransaction> {
  const idOf = (eventId: string) => `${group}:${eventId}`;
  const named = (eventIds: readonly string[]) => ({ _id: { $in: eventIds.map(idOf) } });
  const newestFirst = { failedAt: -1, eventId: -1 } as const;

  async function insert(tx: MongoTransaction, letter: Letter): Promise<void> {
    const document = { ...letter, group, fields: JSON.stringify(letter.fields) };
    await lettersOf(tx).updateOne(
      { _id: idOf(letter.eventId) },
      { $setOnInsert: document },
      { ...tx.options, upsert: true },
    );
  }

  async function lock(tx: MongoTransaction, eventIds: readonly string[]): Promise<Letter[]> {
    // Two transactions that remove the same letters conflict: one of them is repeated, and finds none.
    const found = await lettersOf(tx)
      .find(named(eventIds), tx.options)
      .sort({ failedAt: 1, eventId: 1 })
      .toArray();
    return found.map(toLetter);
  }

  const remove = async (tx: MongoTransaction, eventIds: readonly string[]) =>
    (await lettersOf(tx).deleteMany(named(eventIds), tx.options)).deletedCount;

  async function dropOldest(keep: number): Promise<Letter[]> {
    const found = await lettersOf(mongo).find({ group }).sort(newestFirst).skip(keep).toArray();
    if (found.length > 0) await lettersOf(mongo).deleteMany({ _id: { $in: found.map(({ _id }) => _id) } });
    return found.map(toLetter);
  }

  async function page({
    limit,
    after,
  }: {
    limit: number;
    after?: LetterPosition | undefined;
  }): Promise<Letter[]> {
    const behind = after && {
      $or: [
        { failedAt: { $lt: after.failedAt } },
        {
          failedAt: after.failedAt,
          eventId: group > after.group ? { $lte: after.eventId } : { $lt: after.eventId },
        },
      ],
    };
    const found = lettersOf(mongo)
      .find({ group, ...behind })
      .sort(newestFirst)
      .limit(limit);
    return (await found.toArray()).map(toLetter);
  }

  async function find(eventId: string): Promise<Letter | undefined> {
    const found = await lettersOf(mongo).findOne({ _id: idOf(eventId) });
    return found ? toLetter(found) : undefined;
  }

  const idsOf = (causeId: string): Promise<string[]> =>
    lettersOf(mongo)
      .find({ group, causeId })
      .sort({ failedAt: 1, eventId: 1 })
      .map(({ eventId }) => eventId)
      .toArray();

  const counts = (): Promise<LetterCount[]> =>
    lettersOf(mongo)
      .aggregate<LetterCount>([
        { $match: { group } },
        { $group: { _id: '$stream', count: { $sum: 1 }, oldest: { $min: '$failedAt' } } },
        { $project: { _id: 0, stream: '$_id', count: 1, oldest: 1 } },
      ])
      .toArray();

  return { insert, lock, remove, dropOldest, page, find, idsOf, counts };
}
