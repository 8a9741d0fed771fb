import { expectNoLeaks } from '@bramble/test-kit/leaks';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import {
  effectsOf,
  GROUP,
  labelled,
  labels,
  metric,
  startPublisher,
  startReader,
  STREAM,
  type Publisher,
  type ReaderOptions,
} from './events-support';
import { silentProxy } from './silent-proxy';

let stores: TestStores;
let orders: Publisher;
const open: { stop(): Promise<void> }[] = [];
const reader = async (options?: ReaderOptions) => {
  const started = await startReader(stores, options);
  open.push(started);
  return started;
};
const effects = (key?: string) => effectsOf(orders.sql, key);
const effectsAre = (count: number, options = {}) =>
  waitFor(async () => (await effects()).length >= count, { what: `${count} effects`, ...options });
const pending = async () => {
  const [count] = (await orders.redis.xpending(STREAM, GROUP)) as [number];
  return count;
};
beforeEach(async () => {
  stores = await testStores('service-kit');
  orders = await startPublisher(stores);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((started) => started.stop()));
  await orders.stop();
  await expectNoLeaks(stores);
  await stores.close();
});

describe('a consumer whose Redis misbehaves', () => {
  it('takes over what a consumer that is gone left pending', async () => {
    await orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await orders.say(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await orders.redis.xlen(STREAM)) === 2);
    await orders.redis.xreadgroup('GROUP', GROUP, 'gone', 'STREAMS', STREAM, '>');
    const ids = (await orders.redis.xrange(STREAM, '-', '+')).map(([id]) => id);
    await orders.redis.xclaim(STREAM, GROUP, 'gone', 0, ...ids, 'IDLE', 60_000, 'JUSTID');
    const { service } = await reader();
    await effectsAre(2);
    expect(await effects()).toEqual(['a', 'b']);
    await waitFor(async () => (await pending()) === 0);
    const claimed = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_claimed_entries_total', claimed)).toBe(2);
  });

  it('counts pending entries that are gone from the stream', async () => {
    await orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await orders.say(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await orders.redis.xlen(STREAM)) === 2);
    await orders.redis.xreadgroup('GROUP', GROUP, 'reader', 'STREAMS', STREAM, '>');
    const [first] = await orders.redis.xrange(STREAM, '-', '+');
    await orders.redis.xdel(STREAM, first?.[0] ?? '');
    const { service } = await reader();
    await effectsAre(1);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(['b']);
    const labels = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_lost_entries_total', labels)).toBe(1);
  });

  it('counts them too when another consumer had left them', async () => {
    await orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await orders.say(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await orders.redis.xlen(STREAM)) === 2);
    await orders.redis.xreadgroup('GROUP', GROUP, 'gone', 'STREAMS', STREAM, '>');
    const [[first] = [''], [second] = ['']] = await orders.redis.xrange(STREAM, '-', '+');
    await orders.redis.xclaim(STREAM, GROUP, 'gone', 0, first, second, 'IDLE', 60_000, 'JUSTID');
    await orders.redis.xdel(STREAM, first);
    const { service } = await reader();
    await effectsAre(1);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(['b']);
    const labels = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_lost_entries_total', labels)).toBe(1);
  });

  it('makes its group again at the start when it is missing', async () => {
    await reader();
    await orders.say(labelled('k', 'a'));
    await effectsAre(1);
    await orders.redis.xgroup('DESTROY', STREAM, GROUP);
    await orders.say(labelled('k', 'b'));
    await effectsAre(2, { timeout: 10_000 });
    expect(await effects()).toEqual(['a', 'b']);
  });

  it('reads everything once although Redis is emptied again and again while events come', async () => {
    await reader();
    const keys = labels('k', 20);
    let said = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++)
        await orders.say(...Array.from({ length: 20 }, () => labelled(keys[said % 20]!, `a${said++}`)));
      await orders.redis.flushdb();
      await orders.say(labelled(keys[said % 20]!, `a${said++}`));
    }
    await effectsAre(said, { timeout: 20_000 });
    await waitFor(async () => (await pending()) === 0);
    expect((await effects()).length).toBe(said);
    for (const key of keys) {
      const seen = (await effects(key)).map((label) => Number(label.slice(1)));
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    }
  });

  it('replaces a connection that went silent', async () => {
    const proxy = await silentProxy(stores.redisUrl);
    try {
      const silenced = await startReader(stores, { redisUrl: proxy.url });
      open.push(silenced);
      await orders.say(labelled('k', 'a'));
      await effectsAre(1);
      await waitFor(() => proxy.silenceReaders() > 0);
      await orders.say(labelled('k', 'b'));
      await effectsAre(2, { timeout: 12_000 });
      const labels = { stream: STREAM, group: GROUP };
      expect(await metric(silenced.service, 'bramble_stream_reconnects_total', labels)).toBe(1);
      await Promise.all(open.splice(0).map((started) => started.stop()));
    } finally {
      await proxy.close();
    }
  });

  it('reads on after its connections were cut', async () => {
    await reader();
    await orders.say(labelled('k', 'a'));
    await effectsAre(1);
    const list = String(await orders.redis.client('LIST')).split('\n');
    const database = new URL(stores.redisUrl).pathname.slice(1);
    const ids = list
      .filter((line) => line.includes(` db=${database} `) && line.includes('name=bramble-catalog'))
      .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '');
    expect(ids.length).toBeGreaterThan(1);
    for (const id of ids) await orders.redis.client('KILL', 'ID', id);
    await orders.say(labelled('k', 'b'));
    await effectsAre(2);
    expect(await effects()).toEqual(['a', 'b']);
  });
});
