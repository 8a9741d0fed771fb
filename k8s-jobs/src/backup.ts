import { createWriteStream } from 'node:fs';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { integer, text } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { type Counts, type Line, pack, unpack } from './archive/lines';
import { saveMongo } from './archive/mongo-archive';
import { archiveName, openPlace, placeShape } from './archive/place';
import { savePostgres } from './archive/postgres-archive';
import {
  given,
  mongoShape,
  mongoVariable,
  postgresShape,
  postgresVariable,
  storesOf,
} from './shared/databases';
import { job, type JobConfig } from './shared/job';
import { withMongo } from './shared/mongo';
import { withPostgres } from './shared/postgres';

const shape = (env: NodeJS.ProcessEnv) => ({
  ...placeShape(),
  ...postgresShape(env),
  ...mongoShape(env),
  BACKUP_KEEP: integer(7, 1, 1_000),
  SECRETS_DIR: text(),
  RELEASE: text(),
  NAMESPACE: text(),
});
type Config = JobConfig<ReturnType<typeof shape>>;

/**
 * Writes one sealed archive of every database and of the Secrets with their keys, reads it back and counts its content,
 * then copies it to the bucket. Databases are read seconds apart; the orders' reconciler settles the differences.
 */
export const backup = job({
  name: 'backup',
  env: shape,
  tasks: (config) => storesOf(config).map((store) => `backup_${store}` as const),
  async run(config, log) {
    const place = await openPlace(config);
    const name = archiveName(new Date());
    const part = place.file(`${name}.part`);
    const counts = { rows: 0, documents: 0 };
    const lines = archiveLines(config, log, counts);
    await pipeline(
      Readable.from(pack(config.BACKUP_PASSPHRASE, lines)),
      createWriteStream(part, { mode: 0o600 }),
    );
    await rename(part, place.file(name));
    await verify(await place.open(name), config.BACKUP_PASSPHRASE, counts);
    await place.send(name);
    const { size } = await stat(place.file(name));
    const pruned = await place.prune(config.BACKUP_KEEP);
    return { archive: name, bytes: size, ...counts, off_board: place.isRemote, pruned };
  },
});

async function* archiveLines(
  config: Config,
  log: Logger,
  counts: { rows: number; documents: number },
): AsyncGenerator<Line> {
  const options = { seconds: config.CONNECT_SECONDS, log };
  yield {
    about: {
      version: 1,
      createdAt: new Date().toISOString(),
      release: config.RELEASE,
      namespace: config.NAMESPACE,
    },
  };
  yield* secrets(config.SECRETS_DIR);
  for (const name of config.POSTGRES_DATABASES) {
    yield* asGenerator<Line>((emit) =>
      withPostgres(given(config, postgresVariable(name)), options, async (client) => {
        for await (const line of savePostgres(client, name)) {
          if ('content' in line) counts.rows += 1;
          await emit(line);
        }
      }),
    );
  }
  for (const name of config.MONGODB_DATABASES) {
    yield* asGenerator<Line>((emit) =>
      withMongo(
        given(config, mongoVariable(name)),
        { ...options, client: { promoteValues: false } },
        async (client) => {
          for await (const line of saveMongo(client, name)) {
            if ('content' in line) counts.documents += 1;
            await emit(line);
          }
        },
      ),
    );
  }
  yield { end: { ...counts } };
}

/**
 * Turns a function that passes values to a callback into a generator that ends the function, and so closes its
 * connection.
 */
async function* asGenerator<T>(run: (emit: (value: T) => Promise<void>) => Promise<void>): AsyncGenerator<T> {
  const { readable, writable } = new TransformStream<T, T>();
  const writer = writable.getWriter();
  const running = run((value) => writer.write(value)).then(
    () => writer.close(),
    (error: unknown) => writer.abort(error),
  );
  yield* readable as unknown as AsyncIterable<T>;
  await running;
}

async function* secrets(folder: string): AsyncGenerator<Line> {
  for (const name of (await readdir(folder)).sort()) {
    // A mounted Secret contains its keys as links beside hidden folders.
    const keys = (await readdir(path.join(folder, name))).filter((key) => !key.startsWith('..'));
    const values = await Promise.all(
      keys.map(
        async (key) => [key, (await readFile(path.join(folder, name, key))).toString('base64')] as const,
      ),
    );
    yield { secret: { name, data: Object.fromEntries(values) } };
  }
}

async function verify(
  { bytes }: { bytes: AsyncIterable<Buffer> },
  passphrase: string,
  counts: Counts,
): Promise<void> {
  let contents = 0;
  for await (const line of unpack(passphrase, bytes)) if ('content' in line) contents += 1;
  const written = counts.rows + counts.documents;
  if (contents !== written)
    throw new Error(`the archive holds ${contents} of the ${written} rows and documents written`);
}
