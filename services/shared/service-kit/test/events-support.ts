import type { AnyEvent, EventName, EventOf } from '@bramble/contracts/events';
import { testEnv } from '@bramble/test-kit/env';
import { expectNoLeaks } from '@bramble/test-kit/leaks';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { baseEnv, loadConfig } from '../src/base/config';
import { newId } from '../src/base/ids';
import { consume } from '../src/events/consume';
import { newEvent } from '../src/events/events';
import { postgresOutbox, type PostgresOutbox } from '../src/events/postgres-outbox';
import { postgresStore } from '../src/events/postgres-store';
import type { Service } from '../src/runtime/service';
import { createService } from '../src/service/create-service';
import { openPostgres } from '../src/stores/postgres';
import { openRedis, type Redis } from '../src/stores/redis';
import type { Sql } from '../src/stores/sql';

/** The tables of the README, and one that shows in which order effects were committed. */
export const schema = `
CREATE TABLE IF NOT EXISTS outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, stream text NOT NULL, key text NOT NULL, type text NOT NULL,
  version int NOT NULL DEFAULT 1, occurred_at timestamptz NOT NULL, correlation_id text NOT NULL, traceparent text NOT NULL DEFAULT '',
  payload jsonb NOT NULL, stream_id text, sent_at timestamptz);
CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (seq) WHERE sent_at IS NULL;
CREATE INDEX IF NOT EXISTS outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_recorded ON outbox (stream, (split_part(stream_id, '-', 1)::bigint), (split_part(stream_id, '-', 2)::bigint))
  WHERE stream_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS inbox (consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, event_id));
CREATE INDEX IF NOT EXISTS inbox_received ON inbox (received_at);
CREATE TABLE IF NOT EXISTS dead_letters (consumer text NOT NULL, event_id uuid NOT NULL, stream text NOT NULL, type text NOT NULL,
  key text NOT NULL, reason text NOT NULL, error text NOT NULL, attempts int NOT NULL, failed_at timestamptz NOT NULL, cause text NOT NULL,
  cause_id text NOT NULL, fields json NOT NULL, PRIMARY KEY (consumer, event_id));
CREATE INDEX IF NOT EXISTS dead_letters_newest ON dead_letters (consumer, failed_at, event_id);
CREATE INDEX IF NOT EXISTS dead_letters_of_cause ON dead_letters (consumer, cause_id, failed_at);
CREATE TABLE IF NOT EXISTS effects (position bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, key text NOT NULL, label text NOT NULL);`;

export const STREAM = 'orders_stream';
export const GROUP = 'catalog';

/** An event of `key` that carries a label. */
export const labelled = (key: string, label: string): EventOf<'order.cancelled'> => {
  const payload = { orderId: newId(), userId: newId(), number: label };
  return { ...newEvent({ type: 'order.cancelled', payload }), key };
};
export const labelOf = (event: AnyEvent): string =>
  event.type === 'order.cancelled' ? event.payload.number : event.type;

const shell = (name: string, instance: string): Service =>
  createService({ name, config: loadConfig(baseEnv(0), testEnv({ SERVICE_INSTANCE: instance })) });

export interface Publisher {
  service: Service;
  sql: Sql;
  redis: Redis;
  outbox: PostgresOutbox;
  /** Commits events in one transaction. */
  publish(...events: AnyEvent[]): Promise<void>;
  stop(): Promise<void>;
}

/** A running service with an outbox. */
export async function startPublisher(stores: TestStores, instance = 'first'): Promise<Publisher> {
  const service = shell('orders', instance);
  const sql = openPostgres(service, { url: stores.postgresUrl, max: 4 });
  const redis = openRedis(service, { role: 'events', url: stores.redisUrl });
  const outbox = postgresOutbox(service, { sql, redis, streams: [STREAM] });
  service.onStart('schema', () => sql.pool.query(schema));
  await service.start();
  return {
    service,
    sql,
    redis,
    outbox,
    publish: (...events) => sql.transaction((tx) => outbox.append(tx, events)),
    stop: () => service.stop(),
  };
}

export interface ReaderOptions {
  instance?: string;
  redisUrl?: string;
  /** Publishes the replays of dead letters. */
  outbox?: PostgresOutbox;
  /** The types that it handles; all types of the stream unless given. */
  types?: readonly EventName[];
  /** Called inside the transaction for the fresh events, before their effects are written; may throw. */
  before?: (events: readonly AnyEvent[]) => void | Promise<void>;
  /** Called after the commit, before the acknowledgement. */
  after?: () => void;
}

/** A service that writes an effect per event, in the transaction of its inbox. Not started yet. */
export function buildReader(stores: TestStores, options: ReaderOptions = {}) {
  const service = shell(GROUP, options.instance ?? 'reader');
  const sql = openPostgres(service, { url: stores.postgresUrl, max: 4 });
  const redis = openRedis(service, { role: 'events', url: options.redisUrl ?? stores.redisUrl });
  service.onStart('schema', () => sql.pool.query(schema));
  const store = postgresStore(sql, options.outbox);
  consume(service, {
    redis,
    group: GROUP,
    ...(options.types ? { types: options.types } : { streams: [STREAM] }),
    store,
    handle: async ({ tx, fresh, afterCommit }) => {
      await options.before?.(fresh);
      await tx.query({
        text: 'INSERT INTO effects (event_id, key, label) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])',
        values: [fresh.map((event) => event.id), fresh.map((event) => event.key), fresh.map(labelOf)],
      });
      afterCommit(() => options.after?.());
    },
  });
  return { service, sql, redis, store };
}

/** The service of `buildReader`, started. */
export async function startReader(stores: TestStores, options: ReaderOptions = {}) {
  const reader = buildReader(stores, options);
  await reader.service.start();
  return { ...reader, stop: () => reader.service.stop() };
}

/** The labels of the effects in the order of their commits, of one key or of all. */
export async function effectsOf(sql: Sql, key?: string): Promise<string[]> {
  const { rows } = await sql.query<{ label: string }>({
    text: 'SELECT label FROM effects WHERE $1::text IS NULL OR key = $1 ORDER BY position',
    values: [key ?? null],
  });
  return rows.map((row) => row.label);
}

/** The dead letters of the group, newest first. */
export const lettersOf = (sql: Sql) => postgresStore(sql).deadLetters(GROUP).page({ limit: 100 });

/** One value of a service's metrics; the labels in the order of the exposition do not matter. */
export async function metric(
  service: Service,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const text = await service.metrics.registry.metrics();
  const line = text
    .split('\n')
    .find(
      (candidate) =>
        candidate.startsWith(`${name}{`) &&
        Object.entries(labels).every(([label, value]) => candidate.includes(`${label}="${value}"`)),
    );
  return line === undefined ? NaN : Number(line.slice(line.lastIndexOf(' ') + 1));
}

/** `count` labels: `a0`, `a1`, … */
export const labels = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Stores and a publisher for each test of a file. Stops what a test opened, and fails when a connection is left open. */
export function eventScene() {
  let stores: TestStores;
  let orders: Publisher;
  const open: { stop(): Promise<void> }[] = [];
  beforeEach(async () => {
    stores = await testStores('service-kit');
    orders = await startPublisher(stores);
  });
  const stopReaders = () => Promise.all(open.splice(0).map((started) => started.stop()));
  afterEach(async () => {
    await stopReaders();
    await orders.stop();
    await expectNoLeaks(stores);
    await stores.close();
  });
  const effects = (key?: string) => effectsOf(orders.sql, key);
  return {
    get stores() {
      return stores;
    },
    get orders() {
      return orders;
    },
    reader: async (options?: ReaderOptions) => {
      const started = await startReader(stores, options);
      open.push(started);
      return started;
    },
    stopReaders,
    effects,
    deadLetters: () => lettersOf(orders.sql),
    effectsAre: (count: number, options = {}) =>
      waitFor(async () => (await effects()).length >= count, { what: `${count} effects`, ...options }),
    pending: async (): Promise<number> => {
      const [count] = (await orders.redis.xpending(STREAM, GROUP)) as [number];
      return count;
    },
  };
}
