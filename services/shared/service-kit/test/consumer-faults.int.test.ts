import { waitFor } from '@bramble/test-kit/wait-for';
import { eventScene, GROUP, labelled, labels, metric, STREAM } from './events-support';
import { silentProxy } from './silent-proxy';

const scene = eventScene();
const { reader, effects, effectsAre, pending } = scene;

describe('a consumer when Redis fails', () => {
  it('takes over the entries that a consumer that is gone left pending', async () => {
    await scene.orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await scene.orders.publish(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await scene.orders.redis.xlen(STREAM)) === 2);
    await scene.orders.redis.xreadgroup('GROUP', GROUP, 'gone', 'STREAMS', STREAM, '>');
    const ids = (await scene.orders.redis.xrange(STREAM, '-', '+')).map(([id]) => id);
    await scene.orders.redis.xclaim(STREAM, GROUP, 'gone', 0, ...ids, 'IDLE', 60_000, 'JUSTID');
    const { service } = await reader();
    await effectsAre(2);
    expect(await effects()).toEqual(['a', 'b']);
    await waitFor(async () => (await pending()) === 0);
    const claimed = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_claimed_entries_total', claimed)).toBe(2);
  });

  it('counts pending entries that are gone from the stream', async () => {
    await scene.orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await scene.orders.publish(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await scene.orders.redis.xlen(STREAM)) === 2);
    await scene.orders.redis.xreadgroup('GROUP', GROUP, 'reader', 'STREAMS', STREAM, '>');
    const [first] = await scene.orders.redis.xrange(STREAM, '-', '+');
    await scene.orders.redis.xdel(STREAM, first?.[0] ?? '');
    const { service } = await reader();
    await effectsAre(1);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(['b']);
    const labels = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_lost_entries_total', labels)).toBe(1);
  });

  it('counts pending entries that are gone and belonged to another consumer', async () => {
    await scene.orders.redis.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await scene.orders.publish(labelled('k', 'a'), labelled('k', 'b'));
    await waitFor(async () => (await scene.orders.redis.xlen(STREAM)) === 2);
    await scene.orders.redis.xreadgroup('GROUP', GROUP, 'gone', 'STREAMS', STREAM, '>');
    const [[first] = [''], [second] = ['']] = await scene.orders.redis.xrange(STREAM, '-', '+');
    await scene.orders.redis.xclaim(STREAM, GROUP, 'gone', 0, first, second, 'IDLE', 60_000, 'JUSTID');
    await scene.orders.redis.xdel(STREAM, first);
    const { service } = await reader();
    await effectsAre(1);
    await waitFor(async () => (await pending()) === 0);
    expect(await effects()).toEqual(['b']);
    const labels = { stream: STREAM, group: GROUP };
    expect(await metric(service, 'bramble_stream_lost_entries_total', labels)).toBe(1);
  });

  it('makes its group again, at the start of the stream, when it is missing', async () => {
    await reader();
    await scene.orders.publish(labelled('k', 'a'));
    await effectsAre(1);
    await scene.orders.redis.xgroup('DESTROY', STREAM, GROUP);
    await scene.orders.publish(labelled('k', 'b'));
    await effectsAre(2, { timeout: 10_000 });
    expect(await effects()).toEqual(['a', 'b']);
  });

  it('handles every event once although Redis is emptied several times while events come', async () => {
    await reader();
    const keys = labels('k', 20);
    let said = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++)
        await scene.orders.publish(
          ...Array.from({ length: 20 }, () => labelled(keys[said % 20]!, `a${said++}`)),
        );
      await scene.orders.redis.flushdb();
      await scene.orders.publish(labelled(keys[said % 20]!, `a${said++}`));
    }
    await effectsAre(said, { timeout: 20_000 });
    await waitFor(async () => (await pending()) === 0);
    expect((await effects()).length).toBe(said);
    for (const key of keys) {
      const seen = (await effects(key)).map((label) => Number(label.slice(1)));
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    }
  });

  it('replaces a connection that no longer answers', async () => {
    const proxy = await silentProxy(scene.stores.redisUrl);
    try {
      const silenced = await reader({ redisUrl: proxy.url });
      await scene.orders.publish(labelled('k', 'a'));
      await effectsAre(1);
      await waitFor(() => proxy.silenceReaders() > 0);
      await scene.orders.publish(labelled('k', 'b'));
      await effectsAre(2, { timeout: 12_000 });
      const labels = { stream: STREAM, group: GROUP };
      expect(await metric(silenced.service, 'bramble_stream_reconnects_total', labels)).toBe(1);
      await scene.stopReaders();
    } finally {
      await proxy.close();
    }
  });

  it('reads on after its connections were cut', async () => {
    await reader();
    await scene.orders.publish(labelled('k', 'a'));
    await effectsAre(1);
    const list = String(await scene.orders.redis.client('LIST')).split('\n');
    const database = new URL(scene.stores.redisUrl).pathname.slice(1);
    const ids = list
      .filter((line) => line.includes(` db=${database} `) && line.includes('name=bramble-catalog'))
      .map((line) => /id=(\d+)/.exec(line)?.[1] ?? '');
    expect(ids.length).toBeGreaterThan(1);
    for (const id of ids) await scene.orders.redis.client('KILL', 'ID', id);
    await scene.orders.publish(labelled('k', 'b'));
    await effectsAre(2);
    expect(await effects()).toEqual(['a', 'b']);
  });
});
