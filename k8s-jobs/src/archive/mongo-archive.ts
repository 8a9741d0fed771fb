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

/** Of the documents in one answer of the server, by their average size. */
const READ_BYTES = 1024 * 1024;
const BATCH = 200;
/** Of the documents that wait to be written: a few pictures are written before 200 documents have come. */
const WAITING_LENGTH = 4 * 1024 * 1024;
const { EJSON } = BSON;

/** Every collection of a database as of one moment, with its options and indexes. */
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

/** How many documents to read at once: BATCH of them, or a few when they are pictures. */
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

/** Puts a database's collections back in the place of those that are there. */
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
  return {
    async begin(): Promise<void> {
      for (const { name } of await collectionsOf(db)) await db.collection(name).drop();
    },
    async collection(saved: SavedCollection): Promise<void> {
      await finish();
      current = saved;
      await db.createCollection(
        saved.name,
        EJSON.deserialize(saved.options as Document) as CreateCollectionOptions,
      );
    },
    async document(content: string): Promise<void> {
      waiting.push(EJSON.parse(content, { relaxed: false }) as Document);
      length += content.length;
      if (waiting.length >= BATCH || length >= WAITING_LENGTH) await flush();
    },
    commit: finish,
  };
}

/** A text index reports its fields in `weights`; under `key` stands what only the server may write there. */
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
