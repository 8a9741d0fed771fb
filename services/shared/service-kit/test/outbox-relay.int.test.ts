import { expectNoLeaks } from '@bramble/test-kit/leaks';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { eventsIn } from '@bramble/test-kit/streams';
import { waitFor } from '@bramble/test-kit/wait-for';
import { postgresOutboxStore } from '../src/events/outbox/postgres-outbox-store';
import { FencedOff, publish } from '../src/events/outbox/publish';
import {
  buildReader,
  labelled,
  labels,
  metric,
  type Publisher,
  startPublisher,
  STREAM,
} from './events-support';
import { silentProxy } from './silent-proxy';
import { startWorker } from './worker';

let stores: TestStores;
const open: { stop(): Promise<void> }[] = [];
const publisher = async (instance?: string, redisUrl = stores.redisUrl): Promise<Publisher> => {
  const started = await startPublisher({ ...stores, redisUrl }, instance);
  open.push(started);
  return started;
};
const published = async ({ redis }: Publisher) =>
  (await eventsIn(redis, STREAM)).map((entry) => String(entry.payload['number']));
const unsent = async ({ sql }: Publisher) =>
  (await sql.query<{ n: number }>({ text: 'SELECT count(*)::int AS n FROM outbox WHERE sent_at IS NULL' }))
    .rows[0]?.n;

beforeEach(async () => {
  stores = await testStores('service-kit');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((started) => started.stop()));
  await expectNoLeaks(stores);
  await stores.close();
});

describe('the relay of a PostgreSQL outbox', () => {
  it('publishes what was committed, in order, and records the ids of the entries', async () => {
    const orders = await publisher();
    for (const label of labels('a', 5)) await orders.publish(labelled('k', label));
    await waitFor(async () => (await unsent(orders)) === 0);
    const entries = await eventsIn(orders.redis, STREAM);
    expect(entries.map((entry) => entry.payload['number'])).toEqual(labels('a', 5));
    const { rows } = await orders.sql.query({ text: 'SELECT id, stream_id FROM outbox ORDER BY seq' });
    expect(rows).toEqual(entries.map((entry) => ({ id: entry.id, stream_id: entry.streamId })));
  });

  it('publishes nothing of a transaction that was rolled back', async () => {
    const orders = await publisher();
    const failing = orders.sql.transaction(async (tx) => {
      await orders.outbox.append(tx, [labelled('k', 'never')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await orders.publish(labelled('k', 'kept'));
    await waitFor(async () => (await unsent(orders)) === 0);
    expect(await published(orders)).toEqual(['kept']);
  });

  it('does not skip a row that commits later than one with a higher number', async () => {
    const orders = await publisher();
    let commit = () => {};
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let written = () => {};
    const inserted = new Promise<void>((resolve) => (written = resolve));
    const late = orders.sql.transaction(async (tx) => {
      await orders.outbox.append(tx, [labelled('slow', 'late')]);
      written();
      await gate;
    });
    await inserted;
    await orders.publish(labelled('quick', 'early'));
    await waitFor(async () => (await published(orders)).includes('early'));
    commit();
    await late;
    await waitFor(async () => (await published(orders)).includes('late'));
    expect(await published(orders)).toEqual(['early', 'late']);
  });

  it('leaves publishing to one process, which the others wake', async () => {
    const first = await publisher('first');
    await first.publish(labelled('k', 'a'));
    await waitFor(async () => (await unsent(first)) === 0);
    const second = await publisher('second');
    for (const label of labels('b', 20)) await second.publish(labelled('k', label));
    await waitFor(async () => (await unsent(first)) === 0);
    expect(await published(first)).toEqual(['a', ...labels('b', 20)]);
    const events = { type: 'order.cancelled' };
    expect(await metric(first.service, 'bramble_events_published_total', events)).toBe(21);
    expect(await metric(second.service, 'bramble_events_published_total', events)).toBe(0);
    const rounds = await metric(first.service, 'bramble_outbox_publishes_total', {
      cause: 'notify',
      result: 'ok',
    });
    expect(rounds).toBeGreaterThan(1);
  });

  it('takes over when the process that published was killed', async () => {
    const first = await startWorker(stores, 'publisher');
    const second = await publisher('second');
    await second.publish(labelled('k', 'by the first too'));
    await waitFor(async () => (await unsent(second)) === 0);
    expect(await metric(second.service, 'bramble_events_published_total', { type: 'order.cancelled' })).toBe(
      0,
    );
    await first.kill();
    await second.publish(labelled('k', 'by the second'));
    await waitFor(async () => (await unsent(second)) === 0);
    expect(await published(second)).toEqual(['by the first', 'by the first too', 'by the second']);
    expect(await metric(second.service, 'bramble_events_published_total', { type: 'order.cancelled' })).toBe(
      1,
    );
  });

  it('takes over when the process that published is paused by SIGSTOP', async () => {
    const first = await startWorker(stores, 'publisher');
    const second = await publisher('second');
    first.freeze();
    await second.publish(labelled('k', 'by the second'));
    await waitFor(async () => (await unsent(second)) === 0, { timeout: 15_000 });
    expect(await published(second)).toEqual(['by the first', 'by the second']);
    await first.kill();
  });

  it('takes over when the connection that holds the lock is cut', async () => {
    const first = await publisher('first');
    await first.publish(labelled('k', 'a'));
    await waitFor(async () => (await unsent(first)) === 0);
    const { rowCount } = await first.sql.query({
      text: `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())`,
    });
    expect(rowCount).toBe(1);
    await first.publish(labelled('k', 'b'));
    await waitFor(async () => (await unsent(first)) === 0);
    expect(await published(first)).toEqual(['a', 'b']);
  });

  it('leaves publishing to another process when it alone has lost Redis', async () => {
    const proxy = await silentProxy(stores.redisUrl);
    const first = await publisher('first', proxy.url);
    await first.publish(labelled('k', 'a'));
    await waitFor(async () => (await unsent(first)) === 0);
    const second = await publisher('second');
    await proxy.close();
    await second.publish(labelled('k', 'b'));
    await waitFor(async () => (await unsent(second)) === 0, { timeout: 20_000 });
    expect(await published(second)).toEqual(['a', 'b']);
    expect(await metric(second.service, 'bramble_events_published_total', { type: 'order.cancelled' })).toBe(
      1,
    );
  }, 40_000);

  it('publishes everything again, in order, when Redis was emptied while nothing was published', async () => {
    const orders = await publisher();
    for (const label of labels('a', 7)) await orders.publish(labelled('k', label));
    await waitFor(async () => (await unsent(orders)) === 0);
    const before = await eventsIn(orders.redis, STREAM);
    await orders.redis.flushdb();
    const after = await waitFor(
      async () => {
        const entries = await eventsIn(orders.redis, STREAM);
        return entries.length === 7 && entries;
      },
      { timeout: 3_000 },
    );
    expect(after.map((entry) => entry.id)).toEqual(before.map((entry) => entry.id));
    await waitFor(async () => (await unsent(orders)) === 0);
    const { rows } = await orders.sql.query({ text: 'SELECT stream_id FROM outbox ORDER BY seq' });
    expect(rows.map((row) => row['stream_id'])).toEqual(after.map((entry) => entry.streamId));
  });

  it('publishes lost events before new ones', async () => {
    const orders = await publisher();
    await orders.publish(...labels('a', 600).map((label) => labelled('k', label)));
    await waitFor(async () => (await unsent(orders)) === 0);
    await orders.redis.flushdb();
    await orders.publish(labelled('k', 'new'));
    await waitFor(async () => (await published(orders)).length === 601);
    expect(await published(orders)).toEqual([...labels('a', 600), 'new']);
  });

  it('publishes only the lost events again when Redis restarted from an older log', async () => {
    const orders = await publisher();
    for (const label of labels('a', 10)) await orders.publish(labelled('k', label));
    await waitFor(async () => (await unsent(orders)) === 0);
    const whole = await orders.redis.xrange(STREAM, '-', '+');
    const restore = orders.redis.multi().flushdb();
    for (const [id, fields] of whole.slice(0, 4)) restore.xadd(STREAM, id, ...fields);
    await restore.exec();
    await waitFor(async () => (await published(orders)).length === 10);
    expect(await published(orders)).toEqual(labels('a', 10));
    expect((await orders.redis.xrange(STREAM, '-', '+')).slice(0, 4)).toEqual(whole.slice(0, 4));
  });

  it('refuses a former leader that resumes after Redis restarted from an older log, and finds the loss', async () => {
    const orders = await publisher();
    for (const label of labels('a', 10)) await orders.publish(labelled('k', label));
    await waitFor(async () => (await unsent(orders)) === 0);
    const whole = await orders.redis.xrange(STREAM, '-', '+');
    // A former leader was paused when it had read the row of a3, and a2 was the highest that it had recorded.
    const [, , a2, a3] = await eventsIn(orders.redis, STREAM);
    const row = { ...labelled('k', 'a3'), position: 4, stream: STREAM, payload: JSON.stringify(a3?.payload) };
    const batches = [{ stream: STREAM, highest: a2?.streamId ?? '', rows: [row] }];
    const fence = await orders.redis.get(`${STREAM}:fence`);
    const restore = orders.redis.multi().flushdb();
    if (fence !== null) restore.set(`${STREAM}:fence`, fence);
    for (const [id, fields] of whole.slice(0, 5)) restore.xadd(STREAM, id, ...fields);
    await restore.exec();
    const former = await publish(orders.redis, batches, Number(fence) - 1).catch((error: unknown) => error);
    expect(former).toBeInstanceOf(FencedOff);
    await waitFor(async () => (await published(orders)).length === 10);
    expect(await published(orders)).toEqual(labels('a', 10));
  });

  it('publishes although Redis saw a higher fence, after it has checked that it holds the lease', async () => {
    const orders = await publisher();
    await orders.redis.set(`${STREAM}:fence`, 1e15);
    await orders.publish(labelled('k', 'a'));
    await waitFor(async () => (await unsent(orders)) === 0);
    expect(await published(orders)).toEqual(['a']);
  });

  it('finds a loss that happened while nobody published', async () => {
    const first = await startPublisher(stores, 'first');
    await first.publish(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await unsent(first)) === 0);
    await first.redis.flushdb();
    await first.stop();
    const second = await publisher('second');
    await waitFor(async () => (await published(second)).length === 2);
    expect(await published(second)).toEqual(['a', 'b']);
  });

  it('keeps rows for 24 hours and claims for 7 days', async () => {
    const orders = await publisher();
    await orders.publish(labelled('k', 'old'), labelled('k', 'young'));
    await waitFor(async () => (await unsent(orders)) === 0);
    await orders.sql.query({
      text: `UPDATE outbox SET sent_at = now() - interval '25 hours' WHERE payload ->> 'number' = 'old'`,
    });
    await orders.sql.query({
      text: `INSERT INTO inbox SELECT 'x', gen_random_uuid(), now() - days * interval '1 day' FROM unnest(ARRAY[6, 8]) days`,
    });
    await orders.stop();
    const idle = buildReader(stores);
    open.push(idle.service);
    const leader = await waitFor(() => postgresOutboxStore(idle.service.name, idle.sql).lead());
    expect(await leader.deleteOld()).toBe(2);
    expect(await leader.deleteOld()).toBe(0);
    await leader.release();
    const { rows } = await idle.sql.query({ text: `SELECT payload ->> 'number' AS label FROM outbox` });
    expect(rows).toEqual([{ label: 'young' }]);
    const claims = await idle.sql.query({ text: 'SELECT 1 FROM inbox' });
    expect(claims.rowCount).toBe(1);
  });
});
