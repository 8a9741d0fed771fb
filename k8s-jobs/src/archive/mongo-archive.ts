import {
  BSON,
  type ClientSession,
  type CreateCollectionOptions,
  type Db,
  type Document,
  type IndexDescription,
  type MongoClient,
} from 'mongodb';
import type { Line, SavedCollection } from './lines';

/** The bytes of documents in one reply of the server, by their average size. */
const READ_BYTES = 1024 * 1024;
const BATCH = 200;
/** The bytes of documents in one write: with pictures, fewer than 200 documents. */
const WAITING_LENGTH = 4 * 1024 * 1024;
const { EJSON } = BSON;

/** Reads every collection of a database from one snapshot, with its options and indexes. */
export async function* saveMongo(client: MongoClient, database: string): AsyncGenerator<Line> {
  const db = client.db();
  yield { mongodb: database };
  const session = client.startSession({ snapshot: true });
  try {
    for (const collection of await collectionsOf(db)) {
      yield { collection };
      yield* documents(db, collection.name, session);
    }
  } finally {
    await session.endSession();
  }
}

async function* documents(db: Db, name: string, session: ClientSession): AsyncGenerator<Line> {
  const batchSize = await readBatch(db, name);
  const found = db.collection(name).find({}, { session, batchSize, promoteValues: false });
  for await (const document of found) {
    yield { content: EJSON.stringify(document, { relaxed: false }) };
  }
}

/** The number of documents per reply: BATCH, or fewer when they contain pictures. */
async function readBatch(db: Db, name: string): Promise<number> {
  const [stats] = await db
    .collection(name)
    .aggregate<{ storageStats: { avgObjSize?: number } }>([{ $collStats: { storageStats: {} } }])
    .toArray();
  const size = Number(stats?.storageStats.avgObjSize ?? 1);
  return Math.min(BATCH, Math.max(1, Math.floor(READ_BYTES / size)));
}

async function collectionsOf(db: Db): Promise<SavedCollection[]> {
  const found = await db.listCollections({ type: 'collection' }).toArray();
  const own = found
    .filter(({ name }) => !name.startsWith('system.'))
    .sort((a, b) => a.name.localeCompare(b.name));
  return Promise.all(
    own.map(async ({ name, ...rest }) => {
      const indexes = await db.collection(name).indexes();
      const options = 'options' in rest ? rest.options : {};
      return {
        name,
        options: EJSON.serialize(options ?? {}) as Record<string, unknown>,
        indexes: indexes.filter((index) => index.name !== '_id_').map(({ v: _, ...index }) => index),
      };
    }),
  );
}

/** Replaces the collections of a database by those of the archive. */
export function restoreMongo(client: MongoClient) {
  const db = client.db();
  let current: SavedCollection | undefined;
  let waiting: Document[] = [];
  let length = 0;
  async function flush(): Promise<void> {
    if (current === undefined || waiting.length === 0) return;
    await db
      .collection(current.name)
      .insertMany(waiting, { ordered: false, writeConcern: { w: 'majority' } });
    waiting = [];
    length = 0;
  }
  async function finish(): Promise<void> {
    await flush();
    if (current === undefined || current.indexes.length === 0) return;
    await db.collection(current.name).createIndexes(current.indexes.map(toIndex));
  }

  async function begin(): Promise<void> {
    for (const { name } of await collectionsOf(db)) await db.collection(name).drop();
  }

  async function collection(saved: SavedCollection): Promise<void> {
    await finish();
    current = saved;
    await db.createCollection(
      saved.name,
      EJSON.deserialize(saved.options as Document) as CreateCollectionOptions,
    );
  }

  async function document(content: string): Promise<void> {
    waiting.push(EJSON.parse(content, { relaxed: false }) as Document);
    length += content.length;
    if (waiting.length >= BATCH || length >= WAITING_LENGTH) await flush();
  }

  return { begin, collection, document, commit: finish };
}

/** A text index lists its fields in `weights`; its `key` contains fields that only the server may write. */
function toIndex({
  key,
  weights,
  textIndexVersion: _,
  ...rest
}: Readonly<Record<string, unknown>>): IndexDescription {
  const isText = (key as Record<string, unknown>)['_fts'] === 'text';
  const fields = isText
    ? Object.fromEntries(Object.keys(weights as Record<string, number>).map((field) => [field, 'text']))
    : key;
  return { ...rest, ...(isText ? { weights } : {}), key: fields } as unknown as IndexDescription;
}
