import { Redis } from 'ioredis';
import { z } from 'zod';
import { tasksApi } from '@bramble/contracts/tasks';
import { flag, optionalText, text, url } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { type Line, unpack } from './archive/lines';
import { restoreMongo } from './archive/mongo-archive';
import { openPlace, placeShape } from './archive/place';
import { restorePostgres } from './archive/postgres-archive';
import {
  given,
  mongoShape,
  mongoVariable,
  postgresShape,
  postgresVariable,
  storesOf,
} from './shared/databases';
import { openDeployments } from './shared/deployments';
import { job, type JobConfig } from './shared/job';
import { withMongo } from './shared/mongo';
import { withPostgres } from './shared/postgres';
import { reporterShape, reportToOrders } from './shared/report-to-orders';

/** Orders has just been started, so retry. */
const STARTS_SECONDS = 120;

const scale = () =>
  z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((entry) => entry !== ''))
    .pipe(z.array(z.string().regex(/^[a-z0-9-]+=\d+$/, 'not deployment=replicas')))
    .transform(
      (entries) => new Map(entries.map((entry) => [entry.split('=')[0] ?? '', Number(entry.split('=')[1])])),
    );

const shape = (env: NodeJS.ProcessEnv) => ({
  ...placeShape(),
  ...postgresShape(env),
  ...mongoShape(env),
  MIGRATIONS_DIR: text(),
  RESTORE_FROM: text(),
  RESTORE_AS_NEW_SHOP: flag(false),
  NAMESPACE: text(),
  SCALE: scale(),
  REDIS_EVENTS_URL: url(),
  REDIS_CACHE_URL: url().optional(),
  KUBERNETES_SERVICE_HOST: optionalText(),
  ...reporterShape(),
});
type Config = JobConfig<ReturnType<typeof shape>>;

/**
 * Restores every database from an archive: stops the services, replaces the data, empties Redis (which holds events
 * newer than the archive; unsent and unconfirmed ones are published again from the databases), and starts the services.
 */
export const restore = job({
  name: 'restore',
  env: shape,
  async run(config, log) {
    const place = await openPlace(config);
    const { name, bytes } = await place.open(config.RESTORE_FROM);
    const deployments = config.SCALE.size > 0 ? openDeployments(config.NAMESPACE) : undefined;
    await deployments?.stop([...config.SCALE.keys()]);
    const counts = await restoreAll(config, log, unpack(config.BACKUP_PASSPHRASE, bytes));
    for (const address of new Set([
      config.REDIS_EVENTS_URL,
      config.REDIS_CACHE_URL ?? config.REDIS_EVENTS_URL,
    ])) {
      await flush(address);
    }
    await deployments?.start(config.SCALE);
    await reportToOrders({ ...config, CONNECT_SECONDS: STARTS_SECONDS }, log, 'restore', (orders) =>
      orders(tasksApi.restored, { body: { stores: storesOf(config) } }),
    );
    return { archive: name, ...counts };
  },
});

/** Restores one database after the other; each connection is closed before the next opens. */
async function restoreAll(config: Config, log: Logger, source: AsyncGenerator<Line>) {
  const lines = lineReader(source);
  const options = { seconds: config.CONNECT_SECONDS, log };
  const counts = { rows: 0, documents: 0 };
  let adjusted = {};
  let archivedAt = new Date();
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    if ('about' in line) archivedAt = new Date(line.about.createdAt);
    else if ('postgres' in line) {
      const { postgres: name, migrations } = line;
      await withPostgres(given(config, postgresVariable(name)), options, async (client) => {
        const target = restorePostgres(client, {
          database: name,
          migrationsDir: config.MIGRATIONS_DIR,
          archivedAt,
          asNewShop: config.RESTORE_AS_NEW_SHOP,
        });
        await target.begin(migrations);
        for (
          let part = await lines.nextOf('table', 'content');
          part;
          part = await lines.nextOf('table', 'content')
        ) {
          if ('table' in part) await target.table(part.table, part.columns);
          else if ('content' in part) await target.row(part.content).then(() => (counts.rows += 1));
        }
        adjusted = { ...adjusted, ...(await target.commit()) };
      });
    } else if ('mongodb' in line) {
      await withMongo(given(config, mongoVariable(line.mongodb)), options, async (client) => {
        const target = restoreMongo(client);
        await target.begin();
        for (
          let part = await lines.nextOf('collection', 'content');
          part;
          part = await lines.nextOf('collection', 'content')
        ) {
          if ('collection' in part) await target.collection(part.collection);
          else if ('content' in part) await target.document(part.content).then(() => (counts.documents += 1));
        }
        await target.commit();
      });
    }
  }
  return { ...counts, ...adjusted };
}

function lineReader(source: AsyncGenerator<Line>) {
  let held: Line | undefined;
  const next = async (): Promise<Line | undefined> => {
    const line = held ?? (await source.next()).value;
    held = undefined;
    return line as Line | undefined;
  };

  /** The next line if it is of one of these kinds; otherwise the line stays in the reader. */
  async function nextOf(...kinds: readonly string[]): Promise<Line | undefined> {
    const line = await next();
    if (line === undefined || kinds.some((kind) => kind in line)) return line;
    held = line;
    return undefined;
  }

  return { next, nextOf };
}

async function flush(address: string): Promise<void> {
  const redis = new Redis(address, { lazyConnect: true, maxRetriesPerRequest: 3 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.flushdb();
  } finally {
    redis.disconnect();
  }
}
