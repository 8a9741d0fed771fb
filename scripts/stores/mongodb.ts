import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { mongodbSources } from './find-mongodb';
import { chooseServer } from './find-server';
import { freePort } from './ports';
import type { RunningStore, StoreContext } from './store-context';
import { supervise, type Supervised } from './supervise';
import type { ServerBinary } from './types';
import { until } from './until';
import { readRecord, writeRecord } from './version-record';

const NOT_YET_INITIALIZED = 94;
const NOT_FOUND_IN_CONFIG = 93;

/**
 * Starts MongoDB on `<dataDir>/mongodb` as the first member of the replica set rs0 (and further ones beside it, where
 * that is asked), and waits until one is primary.
 */
export async function startMongodb(context: StoreContext): Promise<RunningStore> {
  const { dataDir, log, mongodb: { members = 1 } = {} } = context;
  const recorded = readRecord(dataDir, 'mongodb');
  const server = await chooseServer(
    'MongoDB',
    mongodbSources(context.cacheDir, log),
    recorded.major,
    dataDir,
    log,
  );
  log(`MongoDB ${server.version} from ${server.origin}`);
  const ports = [await freePort(recorded.port)];
  while (ports.length < members) ports.push(await freePort());
  const processes = ports.map((port, n) =>
    startMember(context, server, n === 0 ? 'mongodb' : `mongodb-${n + 1}`, port),
  );
  const [first] = processes;
  const [port = 0] = ports;
  try {
    if (first) await becomePrimary(first, ports);
  } catch (error) {
    await Promise.all(processes.map((each) => each.stop()));
    throw error;
  }
  writeRecord(dataDir, 'mongodb', server, port);
  const direct = members === 1 ? 'directConnection=true&' : '';
  return { url: `mongodb://127.0.0.1:${port}/?${direct}replicaSet=rs0`, processes };
}

function startMember(context: StoreContext, server: ServerBinary, name: string, port: number): Supervised {
  const folder = path.join(context.dataDir, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const running = supervise({
    ...context,
    name,
    command: server.path,
    args: [
      ...['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', 'rs0'],
      ...['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '200', '--nounixsocket', '--quiet'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // A process that was killed leaves its transaction open, and writers of the same documents wait for its
      // end: 7.5 s at most instead of a minute and a half.
      ...['--setParameter', 'transactionLifetimeLimitSeconds=5'],
      ...(context.mongodb?.testCommands ? ['--setParameter', 'enableTestCommands=1'] : []),
    ],
    options: { cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', HOME: folder } },
    stopSignal: 'SIGTERM',
    stopGraceMs: 20_000,
  });
  context.track?.(running);
  return running;
}

async function becomePrimary(running: Supervised, ports: readonly number[]): Promise<void> {
  const client = await until(running, () => connect(ports[0] ?? 0), 60_000);
  try {
    const admin = client.db('admin');
    const hosts = ports.map((port) => `127.0.0.1:${port}`);
    await until(running, () => joinSet((command) => admin.command(command), hosts), 30_000);
    await until(
      running,
      async () => {
        const hello = await admin.command({ hello: 1 });
        if (!hello['primary']) throw new Error('there is no primary yet');
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

/** The set's configuration holds the addresses; data started on another port is configured anew. */
async function joinSet(
  command: (document: Document) => Promise<Document>,
  hosts: readonly string[],
): Promise<void> {
  const members = hosts.map((host, n) => ({ _id: n, host }));
  try {
    const { config } = await command({ replSetGetConfig: 1 });
    const configured = (config.members as { host: string }[]).map(({ host }) => host);
    if (configured.join() === hosts.join()) return;
    await command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
  } catch (error) {
    const { code } = error as { code?: number };
    if (code !== NOT_YET_INITIALIZED && code !== NOT_FOUND_IN_CONFIG) throw error;
    await command({ replSetInitiate: { _id: 'rs0', members } });
  }
}
