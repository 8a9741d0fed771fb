import type { AnyEvent } from '@bramble/contracts/events';
import { testEnv } from '@bramble/test-kit/env';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { baseEnv, loadConfig } from '../src/base/config';
import { newId } from '../src/base/ids';
import { consume } from '../src/events/consume';
import { mongoOutbox } from '../src/events/mongo-outbox';
import { mongoStore } from '../src/events/mongo-store';
import { mongoOutboxStore } from '../src/events/outbox/mongo-outbox-store';
import { createService } from '../src/service/create-service';
import { openMongo } from '../src/stores/mongo';
import { openRedis } from '../src/stores/redis';
import { labelled, labelOf, labels, metric, STREAM } from './events-support';
import { silentProxy } from './silent-proxy';

const GROUP = 'delivery';
let stores: TestStores;
const open: { stop(): Promise<void> }[] = [];

/** A MongoDB service with an outbox; with `reads`, also one that writes an effect per event. */
async function start({ reads = false, redisUrl = stores.redisUrl } = {}) {
  const config = loadConfig(baseEnv(0), testEnv({ SERVICE_INSTANCE: newId() }));
  const service = createService({ name: GROUP, config });
  const mongo = openMongo(service, { url: stores.mongodbUrl });
  const redis = openRedis(service, { role: 'events', url: redisUrl });
  const outbox = mongoOutbox(service, { mongo, redis, streams: [STREAM] });
  const effects = mongo.db.collection<{ key: string; label: string; at: number }>('effects');
  service.onStart('effects', () => mongo.db.createCollection('effects').catch(() => undefined));
  if (reads)
    consume(service, {
      redis,
      group: GROUP,
      streams: [STREAM],
      store: mongoStore(mongo, outbox),
      handle: async ({ tx, fresh }) => {
        const at = await effects.countDocuments({}, tx.options);
        await effects.insertMany(
          fresh.map((event, i) => ({ key: event.key, label: labelOf(event), at: at + i })),
          tx.options,
        );
      },
    });
  await service.start();
  const started = {
    service,
    mongo,
    redis,
    outbox,
    publish: (...events: AnyEvent[]) => mongo.transaction((tx) => outbox.append(tx, events)),
    published: async () => (await eventsIn(redis, STREAM)).map((entry) => String(entry.payload['number'])),
    unsent: () => mongo.db.collection('outbox').countDocuments({ unsent: true }),
    effects: async () => (await effects.find().sort({ at: 1 }).toArray()).map(({ label }) => label),
    stop: () => service.stop(),
  };
  open.push(started);
  return started;
}

beforeEach(async () => {
  stores = await testStores('service-kit');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((started) => started.stop()));
  await stores.close();
});

describe('the outbox of MongoDB', () => {
  it('publishes committed events in order, and no others, and records the ids of their entries', async () => {
    const delivery = await start();
    const failing = delivery.mongo.transaction(async (tx) => {
      await delivery.outbox.append(tx, [labelled('k', 'never')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    for (const label of labels('a', 5)) await delivery.publish(labelled('k', label));
    await waitFor(async () => (await delivery.published()).length === 5);
    expect(await delivery.published()).toEqual(labels('a', 5));
    await waitFor(async () => (await delivery.unsent()) === 0);
    const entries = await eventsIn(delivery.redis, STREAM);
    const rows = await delivery.mongo.db.collection('outbox').find().sort({ _id: 1 }).toArray();
    expect(rows.map((row) => [row._id, `${row['streamMs']}-${row['streamSeq']}`])).toEqual(
      entries.map((entry) => [entry.id, entry.streamId]),
    );
  });

  it('does not skip an event that commits later than one with a higher id', async () => {
    const delivery = await start();
    const early = labelled('slow', 'late');
    let commit = () => {};
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let written = () => {};
    const inserted = new Promise<void>((resolve) => (written = resolve));
    const late = delivery.mongo.transaction(async (tx) => {
      await delivery.outbox.append(tx, [early]);
      written();
      await gate;
    });
    await inserted;
    await delivery.publish(labelled('quick', 'early'));
    await waitFor(async () => (await delivery.published()).includes('early'));
    commit();
    await late;
    await waitFor(async () => (await delivery.published()).includes('late'));
  });

  it('leaves publishing to one process, which the others wake, and which another one replaces', async () => {
    const first = await start();
    await first.publish(labelled('k', 'a'));
    await waitFor(async () => (await first.unsent()) === 0);
    const second = await start();
    for (const label of labels('b', 10)) await second.publish(labelled('k', label));
    await waitFor(async () => (await first.unsent()) === 0);
    const type = 'order.cancelled';
    expect(await metric(second.service, 'bramble_events_published_total', { type })).toBe(0);
    const notified = { cause: 'notify', result: 'ok' };
    expect(await metric(first.service, 'bramble_outbox_publishes_total', notified)).toBeGreaterThan(1);
    await first.stop();
    await second.publish(labelled('k', 'c'));
    await waitFor(async () => (await second.unsent()) === 0);
    expect(await second.published()).toEqual(['a', ...labels('b', 10), 'c']);
    expect(await metric(second.service, 'bramble_events_published_total', { type })).toBe(1);
  });

  it('leaves publishing to another process when it alone has lost Redis', async () => {
    const proxy = await silentProxy(stores.redisUrl);
    const first = await start({ redisUrl: proxy.url });
    await first.publish(labelled('k', 'a'));
    await waitFor(async () => (await first.unsent()) === 0);
    const second = await start();
    await proxy.close();
    await second.publish(labelled('k', 'b'));
    await waitFor(async () => (await second.unsent()) === 0, { timeout: 20_000 });
    expect(await second.published()).toEqual(['a', 'b']);
  }, 40_000);

  it('records ids only for the latest leader', async () => {
    const service = createService({ name: GROUP, config: loadConfig(baseEnv(0), testEnv()) });
    open.push(service);
    const mongo = openMongo(service, { url: stores.mongodbUrl });
    const before = await waitFor(() => mongoOutboxStore(mongo).lead());
    await mongo.db
      .collection<{ _id: string }>('leases')
      .updateOne({ _id: 'outbox' }, { $set: { expiresAt: new Date(0) } });
    const after = await waitFor(() => mongoOutboxStore(mongo).lead());
    const event = labelled('k', 'a');
    await mongo.db
      .collection<{ _id: string }>('outbox')
      .insertOne({ _id: event.id, unsent: true, stream: STREAM } as never);
    await after.recordSent([{ position: event.id, streamId: '9-1' }]);
    await before.recordSent([{ position: event.id, streamId: '1-1' }]);
    expect(await mongo.db.collection('outbox').findOne()).toMatchObject({ streamMs: 9, streamSeq: 1 });
    await expect(before.renew()).rejects.toThrow('another process');
    await after.release();
  });

  it('does not wait for a lease that was written before the clock was set back', async () => {
    const service = createService({ name: GROUP, config: loadConfig(baseEnv(0), testEnv()) });
    open.push(service);
    const mongo = openMongo(service, { url: stores.mongodbUrl });
    const leases = mongo.db.collection<{ _id: string }>('leases');
    const holder = { holder: 'a process before the power cut', fence: 7 };
    await leases.insertOne({ _id: 'outbox', ...holder, expiresAt: new Date(Date.now() + 8_000) } as never);
    expect(await mongoOutboxStore(mongo).lead()).toBeUndefined();
    await leases.updateOne({ _id: 'outbox' }, { $set: { expiresAt: new Date(Date.now() + 600_000) } });
    const leader = await mongoOutboxStore(mongo).lead();
    expect(await leases.findOne({ _id: 'outbox' })).toMatchObject({ fence: 8 });
    await leader?.release();
  });

  it('publishes lost entries again before new ones', async () => {
    const delivery = await start();
    for (const label of labels('a', 8)) await delivery.publish(labelled('k', label));
    await waitFor(async () => (await delivery.unsent()) === 0);
    const whole = await delivery.redis.xrange(STREAM, '-', '+');
    const restore = delivery.redis.multi().flushdb();
    for (const [id, fields] of whole.slice(0, 3)) restore.xadd(STREAM, id, ...fields);
    await restore.exec();
    await delivery.publish(labelled('k', 'new'));
    await waitFor(async () => (await delivery.published()).length === 9);
    expect(await delivery.published()).toEqual([...labels('a', 8), 'new']);
    await waitFor(async () => (await delivery.unsent()) === 0);
    await delivery.redis.flushdb();
    await waitFor(async () => (await delivery.published()).length === 9, { timeout: 3_000 });
  });

  it('has every effect once with two consumers, although Redis is emptied and events come twice', async () => {
    const publisher = await start({ reads: true });
    await start({ reads: true });
    for (let i = 0; i < 60; i++) await publisher.publish(labelled(`k${i % 4}`, `a${i}`));
    await publisher.redis.flushdb();
    for (let i = 60; i < 120; i++) await publisher.publish(labelled(`k${i % 4}`, `a${i}`));
    await waitFor(async () => (await publisher.effects()).length >= 120, { timeout: 20_000 });
    await waitFor(async () => {
      const [count] = (await publisher.redis.xpending(STREAM, GROUP)) as [number];
      return count === 0;
    });
    const effects = await publisher.effects();
    expect(effects.sort()).toEqual(labels('a', 120).sort());
  });
});
