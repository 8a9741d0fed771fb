import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { mongodbSources } from './find-mongodb';
import { chooseServer } from './find-server';
import { freePort } from './ports';
import type { RunningStore, StoreContext } from './store-context';
import { supervise } from './supervise';
import { until } from './until';
import { readRecord, writeRecord } from './version-record';

const NOT_YET_INITIALIZED = 94;
const NOT_FOUND_IN_CONFIG = 93;

/** Starts MongoDB on `<dataDir>/mongodb` as the one member of the replica set rs0, and waits until it is primary. */
export async function startMongodb(context: StoreContext): Promise<RunningStore> {
  const { dataDir, log } = context;
  const recorded = readRecord(dataDir, 'mongodb');
  const server = await chooseServer(
    'MongoDB',
    mongodbSources(context.cacheDir, log),
    recorded.major,
    dataDir,
    log,
  );
  log(`MongoDB ${server.version} from ${server.origin}`);
  const folder = path.join(dataDir, 'mongodb');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await freePort(recorded.port);
  const running = supervise({
    ...context,
    name: 'mongodb',
    command: server.path,
    args: [
      ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', 'rs0'],
      ...['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '200', '--nounixsocket', '--quiet'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // A process that was killed leaves its transaction open, and writers of the same documents wait for its
      // end: 7.5 s at most instead of a minute and a half.
      ...['--setParameter', 'transactionLifetimeLimitSeconds=5'],
    ],
    options: { cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', HOME: folder } },
    stopSignal: 'SIGTERM',
    stopGraceMs: 20_000,
  });
  context.track?.(running);
  try {
    await becomePrimary(running, port);
  } catch (error) {
    await running.stop();
    throw error;
  }
  writeRecord(dataDir, 'mongodb', server, port);
  return { url: `mongodb://127.0.0.1:${port}/?directConnection=true&replicaSet=rs0`, process: running };
}

async function becomePrimary(running: Parameters<typeof until>[0], port: number): Promise<void> {
  const client = await until(running, () => connect(port), 60_000);
  try {
    const admin = client.db('admin');
    const host = `127.0.0.1:${port}`;
    await until(running, () => joinSet((command) => admin.command(command), host), 30_000);
    await until(
      running,
      async () => {
        const hello = await admin.command({ hello: 1 });
        if (!hello['isWritablePrimary']) throw new Error('it is not primary yet');
      },
      60_000,
    );
  } finally {
    await client.close();
  }
}

/** A client whose first connection failed cannot be used again, so each attempt makes a new one. */
async function connect(port: number): Promise<MongoClient> {
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 1_000 });
  try {
    await client.db('admin').command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** The set's configuration holds the address; data started on another port is configured anew. */
async function joinSet(command: (document: Document) => Promise<Document>, host: string): Promise<void> {
  const members = [{ _id: 0, host }];
  try {
    const { config } = await command({ replSetGetConfig: 1 });
    if (config.members[0].host === host) return;
    await command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
  } catch (error) {
    const { code } = error as { code?: number };
    if (code !== NOT_YET_INITIALIZED && code !== NOT_FOUND_IN_CONFIG) throw error;
    await command({ replSetInitiate: { _id: 'rs0', members } });
  }
}
