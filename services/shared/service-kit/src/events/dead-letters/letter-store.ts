import { AppError } from '../../base/errors';
import type { Outbox, Transaction } from '../outbox/outbox';
import { type Letter, toDraft } from './letter';

/** The most dead letters of a group. One more takes the place of the oldest, which is logged. */
export const MAX_LETTERS = 20_000;
/** How many letters a command replays or discards in one transaction. */
const CHUNK = 100;

/** The position of a letter in the list of all services: newest first, then by event id downwards, then by group. */
export interface LetterPosition {
  failedAt: Date;
  eventId: string;
  group: string;
}

/** The number of letters of a stream, and the time of the oldest. */
export interface LetterCount {
  stream: string;
  count: number;
  oldest: Date;
}

/** The dead letters of one group in its service's database. */
export interface LetterStore {
  readonly group: string;
  /**
   * Writes a letter and claims its event in the inbox, in one transaction: the event is finished for the group. `isNew` is
   * false when another consumer handled or added it first; `dropped` are those that were too many.
   */
  add(letter: Letter): Promise<{ isNew: boolean; dropped: readonly Letter[] }>;
  /** At most `limit` letters behind `after`, newest first. */
  page(options: { limit: number; after?: LetterPosition | undefined }): Promise<Letter[]>;
  find(eventId: string): Promise<Letter | undefined>;
  /** The event ids of the letters with this cause, oldest first. */
  idsOf(causeId: string): Promise<string[]>;
  /**
   * Sends letters through their group's handler again, by way of the outbox, so that no loss of Redis loses one; answers
   * how many. Throws `conflict` when there are letters, and none of them is an event.
   */
  replay(eventIds: readonly string[]): Promise<number>;
  /** Deletes letters for good, and answers how many. Their events stay claimed: they are not handled when they come again. */
  discard(eventIds: readonly string[]): Promise<number>;
  counts(): Promise<LetterCount[]>;
}

/** What a database has to do for a letter store; `tx` is a transaction of it. */
export interface LetterTable<Tx> {
  insert(tx: Tx, letter: Letter): Promise<void>;
  /** Finds letters and locks them against other transactions. */
  lock(tx: Tx, eventIds: readonly string[]): Promise<Letter[]>;
  remove(tx: Tx, eventIds: readonly string[]): Promise<number>;
  /** Deletes all but the newest `keep` letters and answers those that it deleted. */
  dropOldest(keep: number): Promise<Letter[]>;
  page: LetterStore['page'];
  find: LetterStore['find'];
  idsOf: LetterStore['idsOf'];
  counts: LetterStore['counts'];
}

export interface LetterStoreParts<Tx> {
  group: string;
  database: { transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> };
  outbox: Outbox<Tx> | undefined;
  /** Claims events for the group in the inbox and answers the fresh ones, or takes claims out of it again. */
  inbox: {
    claim: <E extends { id: string }>(tx: Tx, group: string, events: readonly E[]) => Promise<{ fresh: E[] }>;
    unclaim: (tx: Tx, group: string, ids: readonly string[]) => Promise<void>;
  };
  table: LetterTable<Tx>;
}

/** The one place where dead letters are written and taken back; `postgresStore` and `mongoStore` call it. */
export function createLetterStore<Tx extends Transaction>(parts: LetterStoreParts<Tx>): LetterStore {
  const { group, database, outbox, inbox, table } = parts;

  async function add(letter: Letter): Promise<{ isNew: boolean; dropped: readonly Letter[] }> {
    const isNew = await database.transaction(async (tx) => {
      const { fresh } = await inbox.claim(tx, group, [{ id: letter.eventId }]);
      if (fresh.length === 0) return false;
      await table.insert(tx, letter);
      return true;
    });
    return { isNew, dropped: isNew ? await table.dropOldest(MAX_LETTERS) : [] };
  }

  const inChunks = async (ids: readonly string[], act: (chunk: readonly string[]) => Promise<number>) => {
    let count = 0;
    for (let i = 0; i < ids.length; i += CHUNK) count += await act(ids.slice(i, i + CHUNK));
    return count;
  };

  async function replay(eventIds: readonly string[]): Promise<number> {
    if (!outbox) throw new Error('a store without an outbox cannot replay dead letters');
    let refused = 0;
    const count = await inChunks(eventIds, (chunk) =>
      database.transaction(async (tx) => {
        const letters = await table.lock(tx, chunk);
        const sent = letters.flatMap((letter) => {
          const draft = toDraft(group, letter);
          return draft ? [{ id: letter.eventId, draft }] : [];
        });
        const ids = sent.map(({ id }) => id);
        refused += letters.length - sent.length;
        if (ids.length === 0) return 0;
        await table.remove(tx, ids);
        await inbox.unclaim(tx, group, ids);
        await outbox.resend(
          tx,
          sent.map(({ draft }) => draft),
        );
        return ids.length;
      }),
    );
    if (count === 0 && refused > 0)
      throw new AppError('conflict', { detail: 'no schema can accept this entry: it can only be discarded' });
    return count;
  }

  const discard = (eventIds: readonly string[]): Promise<number> =>
    inChunks(eventIds, (chunk) => database.transaction((tx) => table.remove(tx, chunk)));

  const { page, find, idsOf, counts } = table;
  return { group, add, page, find, idsOf, replay, discard, counts };
}
