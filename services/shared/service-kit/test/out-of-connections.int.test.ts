import { MongoClient } from 'mongodb';
import pg from 'pg';
import { z } from 'zod';
import { operation } from '@bramble/contracts/operation';
import { agentAs, anonymous } from '@bramble/test-kit/agent';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { baseEnv, loadConfig } from '../src/base/config';
import { endpoint } from '../src/http/endpoint';
import { createService } from '../src/service/create-service';
import { openMongo } from '../src/stores/mongo';
import { openPostgres } from '../src/stores/postgres';

const ROLE = 'few_connections';
const PASSWORD = 'few';
/** The most connections of the role at the server. */
const SERVER_LIMIT = 4;
/** The most connections of the pool. */
const POOL = 2;
const SLEEP_SECONDS = 6;

const shape = { 200: z.object({ value: z.int() }) };
const common = { service: 'users', tag: 'toy', access: 'anyone', responses: shape } as const;
const api = {
  read: operation({ ...common, id: 'read', method: 'get', path: '/api/read', summary: 'Read' }),
  sleep: operation({ ...common, id: 'sleep', method: 'get', path: '/api/sleep', summary: 'Sleep' }),
};

let stores: TestStores;
let admin: pg.Client;
let started: StartedService;
beforeEach(async () => {
  stores = await testStores('service-kit');
  admin = new pg.Client({ connectionString: stores.postgresUrl });
  await admin.connect();
});
afterEach(async () => {
  await started.stop();
  await admin.query(`DROP ROLE IF EXISTS ${ROLE}`);
  await admin.end();
  await stores.close();
});

const newService = () => createService({ name: 'users', config: loadConfig(baseEnv(0), testEnv()) });
const get = (path: string) => agentAs(started, anonymous).get(path);

/** The address for a role that the server allows few connections. */
async function addressOfRole(): Promise<string> {
  await admin.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT ${SERVER_LIMIT}`);
  const url = new URL(stores.postgresUrl);
  [url.username, url.password] = [ROLE, PASSWORD];
  return url.toString();
}

/** Takes every connection of the role, those of the service included. */
async function takeAll(url: string): Promise<pg.Client[]> {
  const taken: pg.Client[] = [];
  await waitFor(
    async () => {
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND application_name <> $2',
        [ROLE, 'taken'],
      );
      const client = new pg.Client({ connectionString: url, application_name: 'taken' });
      client.on('error', () => undefined);
      await client.connect().then(
        () => taken.push(client),
        () => undefined,
      );
      return taken.length === SERVER_LIMIT;
    },
    { what: 'all connections of the role' },
  );
  return taken;
}

const REFUSAL = { code: 'unavailable', detail: 'no connection to the database is free' };

async function startWithPostgres(url: string, max: number): Promise<void> {
  const service = newService();
  const sql = openPostgres(service, { url, max });
  const ask = async (text: string) => {
    await sql.query({ text });
    return { value: 1 };
  };
  service.mount([
    endpoint(api.read, () => ask('SELECT 1')),
    endpoint(api.sleep, () => ask(`SELECT pg_sleep(${SLEEP_SECONDS})`)),
  ]);
  started = await startService(service);
}

describe('a service without a free connection', () => {
  it('answers 503 while PostgreSQL refuses connections, and serves again when it accepts some', async () => {
    const url = await addressOfRole();
    await startWithPostgres(url, POOL);
    await get('/api/read').expect(200);

    const taken = await takeAll(url);
    const refused = await get('/api/read').expect(503);
    expect(refused.body).toMatchObject(REFUSAL);
    expect(refused.headers['retry-after']).toBe('1');

    await Promise.all(taken.map((client) => client.end()));
    await waitFor(async () => (await get('/api/read')).status === 200, { what: 'the service' });
  }, 30_000);

  it('answers 503 after five seconds while its pool is used up, and serves again', async () => {
    await startWithPostgres(stores.postgresUrl, POOL);
    const sleepers = Array.from({ length: POOL }, () => get('/api/sleep').expect(200));
    const busy = Promise.all(sleepers);
    await waitFor(
      async () => {
        const { rowCount } = await admin.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
        );
        return rowCount === POOL;
      },
      { what: 'the statements that sleep' },
    );
    expect((await get('/api/read').expect(503)).body).toMatchObject(REFUSAL);
    await busy;
    await get('/api/read').expect(200);
  }, 30_000);

  it('answers 503 after five seconds while its connections to MongoDB are used up, and serves again', async () => {
    const service = newService();
    const { db } = openMongo(service, { url: stores.mongodbUrl, max: POOL });
    const things = db.collection<{ _id: string }>('things');
    service.mount([
      endpoint(api.read, async () => ({ value: await things.countDocuments() })),
      endpoint(api.sleep, async () => ({
        value: (await things.find({ $where: `sleep(${SLEEP_SECONDS * 1_000}) || true` }).toArray()).length,
      })),
    ]);
    started = await startService(service);
    await things.insertOne({ _id: 'one' });

    const busy = Promise.all(Array.from({ length: POOL }, () => get('/api/sleep').expect(200)));
    const watcher = await new MongoClient(stores.mongodbUrl).connect();
    const running = { currentOp: true, 'command.filter.$where': { $exists: true } };
    await waitFor(
      async () => {
        const { inprog } = (await watcher.db('admin').command(running)) as unknown as { inprog: unknown[] };
        return inprog.length === POOL;
      },
      { what: 'the statements that sleep' },
    );
    await watcher.close();
    expect((await get('/api/read').expect(503)).body).toMatchObject(REFUSAL);
    await busy;
    await get('/api/read').expect(200);
  }, 30_000);
});
