import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { gatewayApi } from '@bramble/contracts/gateway';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { prepareDatabases } from '../../scripts/start/databases';
import { builtGateway, serviceEnvironments } from '../../scripts/start/environment';
import { readSettings } from '../../scripts/start/settings';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { keptSecret, openStores, type Stores } from '../../scripts/stores/open-stores';
import { freePort } from '../../scripts/stores/ports';
import { serviceNames } from '../../scripts/workspace';
import type { StoreClients } from '../helpers/store-clients';
import { type Archive, openArchive } from './archive';
import { type Link, openLinks } from './links';
import { type Replica, startReplicas } from './replicas';
import { putTablesOnSmallDisk } from './small-disk';
import { type StoreFaults, storeFaults } from './store-faults';
import { throwingHandlers } from './throwing';

export interface Rig {
  url: string;
  clients: StoreClients;
  /** Every process of a service. */
  replicas: readonly Replica[];
  /** Makes a service unreachable. The answer ends this, and answers how many connections were refused. */
  cutService(service: string): () => number;
  /** The link of each replica to each store. */
  links: readonly Link[];
  stores: StoreFaults;
  archive: Archive;
  throwing: ReturnType<typeof throwingHandlers>;
  /** Where this shop keeps its data and logs. */
  dataDir: string;
  /** Whether every replica is ready and the gateway calls every service up. */
  isHealthy(): Promise<boolean>;
  /** Empties the inboxes and publishes every event of the run once more, as after a loss of Redis. */
  replayEverything(): Promise<void>;
  /** Ends everything, once; the data is removed unless it is to be kept. */
  stop(options: { keepData: boolean }): Promise<void>;
}

async function openStoreClients(stores: Stores): Promise<StoreClients> {
  const mongo = await new MongoClient(stores.mongodbUrl).connect();
  const pool = (name: string) => {
    const own = new URL(stores.postgresUrl);
    own.pathname = `/${name}`;
    return new pg.Pool({ connectionString: own.toString(), max: 2 }).on('error', () => undefined);
  };
  return {
    orders: pool('orders'),
    payments: pool('payments'),
    mongo,
    catalog: mongo.db('catalog'),
    delivery: mongo.db('delivery'),
    redis: new Redis(stores.redisUrl, { maxRetriesPerRequest: 20 }).on('error', () => undefined),
  };
}

async function closeStoreClients({ orders, payments, mongo, redis }: StoreClients): Promise<void> {
  redis.disconnect();
  await Promise.all([orders.end(), payments.end(), mongo.close()]);
}

/**
 * Empties the inboxes, so that a second delivery of an event is stopped by the services' own rows and not by the inbox; then
 * marks every event as unsent.
 */
async function replayEverything({ orders, payments, catalog, delivery }: StoreClients): Promise<void> {
  const again = 'DELETE FROM inbox; UPDATE outbox SET sent_at = NULL, stream_id = NULL';
  await Promise.all([orders, payments].map((pool) => pool.query(again)));
  await Promise.all([catalog, delivery].map((db) => db.collection('inbox').deleteMany({})));
  const unsent = { $set: { unsent: true }, $unset: { sentAt: true, streamMs: true, streamSeq: true } };
  await Promise.all([catalog, delivery].map((db) => db.collection('outbox').updateMany({}, unsent)));
}

/** The environment of each service, and the public port of the gateway. */
async function environmentsOf(dataDir: string, stores: Stores, log: (line: string) => void) {
  const databases = await prepareDatabases({
    adminUrl: stores.postgresUrl,
    own: true,
    secret: keptSecret(dataDir, 'stores'),
    log,
  });
  const readyFile = path.join(dataDir, 'ready');
  writeFileSync(readyFile, '');
  Object.assign(process.env, {
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    RATE_LIMIT_FACTOR: '1000000',
    RESERVATION_TTL_SECONDS: '20',
    DELIVERY_STEP_SECONDS: '1',
    LOG_LEVEL: 'warn',
  });
  const settings = readSettings(process.env);
  const environments = await serviceEnvironments({
    settings,
    stores,
    databases,
    services: serviceNames().filter((name) => name !== 'simulator'),
    internalTokenKey: keptSecret(dataDir, 'internal'),
    readyFile,
    gateway: builtGateway(settings),
  });
  return { environments, url: `http://127.0.0.1:${settings.port}` };
}

export interface RigOptions {
  log: (line: string) => void;
  /** Members of the MongoDB set. No proxy stands before more than one: they tell their own addresses. */
  members?: number;
  /** The clone whose bundles the second replica of each service runs, when they are not this one's. */
  beside?: string | undefined;
}

/** Starts stores, every service twice with a proxy before each store, and a balancer before each service. */
export async function startRig({ log, members = 1, beside }: RigOptions): Promise<Rig> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bramble-chaos-'));
  const stores = await openStores({
    dataDir,
    cacheDir: defaultCacheDir(),
    ephemeral: false,
    mongodb: { members, testCommands: true },
    log,
  });
  log(`MongoDB has ${members} ${members === 1 ? 'member' : 'members'}`);
  const links = await openLinks(stores);
  const { environments, url } = await environmentsOf(dataDir, stores, log);
  const smallDisk = await putTablesOnSmallDisk(dataDir, stores.postgresUrl);
  const replicas = await startReplicas({ environments, links, dataDir, beside, log });
  const shop = createShopClient(url);
  const isHealthy = async () => {
    if (!replicas.allReady()) return false;
    const { services } = await shop.call(gatewayApi.health);
    return Object.values(services).every((state) => state === 'up');
  };
  await waitFor(isHealthy, { what: 'a healthy shop', timeout: 180_000, interval: 200 });
  const clients = await openStoreClients(stores);
  const faults = storeFaults({ stores, clients, dataDir, smallDisk });
  const stop = async ({ keepData }: { keepData: boolean }): Promise<void> => {
    faults.stop();
    await replicas.stop();
    await closeStoreClients(clients);
    links.stop();
    await stores.stop();
    await smallDisk.remove();
    if (!keepData) rmSync(dataDir, { recursive: true, force: true });
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    clients,
    replicas: replicas.all,
    cutService: (service) => replicas.cut(service),
    links: links.all,
    stores: faults,
    archive: openArchive({ dataDir, stores, clients, links, environments, replicas: replicas.all }),
    throwing: throwingHandlers(clients),
    dataDir,
    isHealthy: () => isHealthy().catch(() => false),
    replayEverything: () => replayEverything(clients),
    stop: (options) => (stopped ??= stop(options)),
  };
}
