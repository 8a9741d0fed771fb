import type { AnyEvent } from '@bramble/contracts/events';
import { testEnv } from '@bramble/test-kit/env';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { baseEnv, loadConfig } from '../src/base/config';
import { newId } from '../src/base/ids';
import { mongoOutbox } from '../src/events/mongo-outbox';
import { mongoStore } from '../src/events/mongo-store';
import { postgresOutbox } from '../src/events/postgres-outbox';
import { postgresStore } from '../src/events/postgres-store';
import type { Unit, UnitStore } from '../src/events/unit';
import type { Service } from '../src/runtime/service';
import { createService } from '../src/service/create-service';
import { openMongo } from '../src/stores/mongo';
import { openPostgres } from '../src/stores/postgres';
import { openRedis, type Redis } from '../src/stores/redis';
import { labelled, schema, STREAM } from './events-support';

/** What a test needs of either database. `write` leaves a mark inside the unit's transaction. */
interface Lab<Tx> {
  service: Service;
  redis: Redis;
  store: UnitStore<Tx>;
  reading: UnitStore<Tx>;
  write(tx: Tx, mark: string): Promise<unknown>;
  marks(): Promise<string[]>;
}
type AnyLab = { use<R>(fn: <Tx>(lab: Lab<Tx>) => R): R };

let stores: TestStores;
const shell = () => createService({ name: 'orders', config: loadConfig(baseEnv(0), testEnv()) });

function postgresLab(): AnyLab {
  const service = shell();
  const sql = openPostgres(service, { url: stores.postgresUrl });
  const redis = openRedis(service, { role: 'events', url: stores.redisUrl });
  const outbox = postgresOutbox(service, { sql, redis, streams: [STREAM] });
  service.onStart('schema', () => sql.pool.query(schema));
  return {
    use: (fn) =>
      fn({
        service,
        redis,
        store: postgresStore(sql, outbox),
        reading: postgresStore(sql),
        write: (tx, mark) =>
          tx.query({
            text: 'INSERT INTO effects (event_id, key, label) VALUES (gen_random_uuid(), $1, $1)',
            values: [mark],
          }),
        marks: async () => {
          const { rows } = await sql.query<{ label: string }>({
            text: 'SELECT label FROM effects ORDER BY position',
          });
          return rows.map(({ label }) => label);
        },
      }),
  };
}

function mongoLab(): AnyLab {
  const service = shell();
  const mongo = openMongo(service, { url: stores.mongodbUrl });
  const redis = openRedis(service, { role: 'events', url: stores.redisUrl });
  const outbox = mongoOutbox(service, { mongo, redis, streams: [STREAM] });
  const marks = mongo.db.collection<{ mark: string }>('marks');
  service.onStart('marks', () => mongo.db.createCollection('marks'));
  return {
    use: (fn) =>
      fn({
        service,
        redis,
        store: mongoStore(mongo, outbox),
        reading: mongoStore(mongo),
        write: (tx, mark) => marks.insertOne({ mark }, tx.options),
        marks: async () => (await marks.find().toArray()).map(({ mark }) => mark),
      }),
  };
}

beforeEach(async () => {
  stores = await testStores('service-kit');
});
afterEach(() => stores.close());

const payload = (label: string) => ({ orderId: newId(), userId: newId(), number: label });
const cancelled = (label: string, orderId = newId()) =>
  ({ type: 'order.cancelled', payload: { ...payload(label), orderId } }) as const;

describe.each([
  ['PostgreSQL', postgresLab],
  ['MongoDB', mongoLab],
])('a unit of work on %s', (_, open) => {
  const inLab = async (check: <Tx>(lab: Lab<Tx>) => Promise<void>) => {
    const lab = open();
    await lab.use(async (own) => {
      await own.service.start();
      try {
        await check(own);
      } finally {
        await own.service.stop();
      }
    });
  };
  const published = async (redis: Redis, count: number) =>
    waitFor(async () => {
      const found = await eventsIn(redis, STREAM);
      return found.length >= count && found;
    });
  const numbers = (entries: { payload: Record<string, unknown> }[]) =>
    entries.map((entry) => entry.payload['number']);

  it('commits state and events together, and nothing of a unit that fails', () =>
    inLab(async ({ store, write, marks, redis }) => {
      const hooks: string[] = [];
      const unit = (mark: string, fail: boolean) =>
        store.transaction(async ({ tx, publish, afterCommit }) => {
          await write(tx, mark);
          publish([cancelled(mark)]);
          afterCommit(() => hooks.push(mark));
          if (fail) throw new Error('no');
        });
      await expect(unit('failed', true)).rejects.toThrow('no');
      await unit('done', false);
      expect(numbers(await published(redis, 1))).toEqual(['done']);
      expect(await marks()).toEqual(['done']);
      expect(hooks).toEqual(['done']);
    }));

  it('handles each event once: a repeated one is not fresh, and a failed unit leaves no claim', () =>
    inLab(async ({ store, write, marks }) => {
      const [first, second] = [labelled('k', 'first'), labelled('k', 'second')];
      const apply = async <Tx>(
        { tx, fresh }: Unit<Tx> & { fresh: readonly AnyEvent[] },
        put: (tx: Tx, mark: string) => Promise<unknown>,
      ) => {
        for (const { payload: said } of fresh as (typeof first)[]) await put(tx, said.number);
      };
      const failing = store.handle('catalog', [first], () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
      expect(await store.handle('catalog', [first, first], (unit) => apply(unit, write))).toEqual([first]);
      const fresh = await store.handle('catalog', [first, second], (unit) => apply(unit, write));
      expect(fresh).toEqual([second]);
      const untouched = () => Promise.reject(new Error('called without a fresh event'));
      expect(await store.handle('catalog', [first, second], untouched)).toEqual([]);
      expect(await store.handle('payments', [first], () => Promise.resolve())).toEqual([first]);
      expect(await marks()).toEqual(['first', 'second']);
    }));

  it('gives events the correlation of their cause: the one given, or the event of the batch with their key', () =>
    inLab(async ({ store, redis }) => {
      const [one, other] = [labelled(newId(), 'one'), labelled(newId(), 'other')].map((event, i) => ({
        ...event,
        correlationId: `of ${i}`,
      })) as [AnyEvent, AnyEvent];
      await store.handle('catalog', [one, other], ({ publish }) => {
        publish([cancelled('a', other.key), cancelled('b', one.key)]);
        publish([cancelled('c', one.key)], { correlationId: 'given', traceparent: '' });
        return Promise.resolve();
      });
      const entries = await published(redis, 3);
      expect(numbers(entries)).toEqual(['a', 'b', 'c']);
      expect(entries.map(({ correlationId }) => correlationId)).toEqual(['of 1', 'of 0', 'given']);
    }));

  it('does not write the events that the caller drained', () =>
    inLab(async ({ store, redis }) => {
      const drained = await store.transaction((unit) => {
        unit.publish([cancelled('handed over')]);
        const events = unit.drain();
        unit.publish([cancelled('left')]);
        return Promise.resolve(events);
      });
      expect(drained).toMatchObject([{ payload: { number: 'handed over' } }]);
      expect(numbers(await published(redis, 1))).toEqual(['left']);
    }));

  it('refuses to publish without an outbox', () =>
    inLab(async ({ reading }) => {
      const lost = reading.transaction(({ publish }) => {
        publish([cancelled('lost')]);
        return Promise.resolve();
      });
      await expect(lost).rejects.toThrow('without an outbox');
    }));
});
