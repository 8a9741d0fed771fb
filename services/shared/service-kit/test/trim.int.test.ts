import { Redis } from 'ioredis';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { trimStream } from '../src/events/outbox/trim';

const STREAM = 'orders_stream';
const DAY = 86_400_000;
let stores: TestStores;
let redis: Redis;

beforeAll(async () => {
  stores = await testStores('service-kit');
  redis = new Redis(stores.redisUrl);
});
afterAll(async () => {
  redis.disconnect();
  await stores.close();
});
beforeEach(() => redis.flushdb());

const now = 2_000_000_000_000;
/** Ten entries, a second apart, the last one now. */
const add = async (stream = STREAM) => {
  for (let i = 0; i < 10; i++) await redis.xadd(stream, `${now - (9 - i) * 1_000}-0`, 'n', String(i));
};
const make = (group: string, stream = STREAM) => redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
const read = async (group: string, count: number) => {
  const reply = await redis.xreadgroup('GROUP', group, 'c', 'COUNT', count, 'STREAMS', STREAM, '>');
  return (reply as [string, [string, string[]][]][])[0]?.[1].map(([id]) => id) ?? [];
};
const readAll = async (group: string) => {
  const ids = await read(group, 100);
  await redis.xack(STREAM, group, ...ids);
};
const kept = async (stream = STREAM) =>
  (await redis.xrange(stream, '-', '+')).map(([, fields]) => Number(fields[1]));
const trim = (abandonedMs = 0, at = now) => trimStream(redis, STREAM, { abandonedMs, now: at });

describe('trimming a stream', () => {
  it('keeps everything until each required group exists', async () => {
    await add();
    for (const group of ['catalog', 'payments']) {
      await make(group);
      await readAll(group);
    }
    expect(await trim()).toEqual([]);
    expect(await kept()).toHaveLength(10);
  });

  it('keeps the entries that the slowest group has not read, also when that group is not required', async () => {
    await add();
    for (const group of ['catalog', 'payments', 'delivery', 'notifications']) await make(group);
    for (const group of ['catalog', 'payments', 'delivery']) await readAll(group);
    await trim();
    expect(await kept()).toHaveLength(10);
    const ids = await read('notifications', 4);
    await redis.xack(STREAM, 'notifications', ...ids);
    await trim();
    expect(await kept()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps entries that are read and not acknowledged', async () => {
    await add();
    for (const group of ['catalog', 'payments', 'delivery']) await make(group);
    for (const group of ['catalog', 'payments']) await readAll(group);
    const ids = await read('delivery', 8);
    await redis.xack(STREAM, 'delivery', ...ids.filter((_, i) => i !== 5));
    await trim();
    expect(await kept()).toEqual([5, 6, 7, 8, 9]);
    await redis.xack(STREAM, 'delivery', ids[5] ?? '');
    await trim();
    expect(await kept()).toEqual([7, 8, 9]);
  });

  it('keeps a stream that nobody reads for ten minutes', async () => {
    for (let i = 0; i < 3; i++)
      await redis.xadd('catalog_stream', `${now - (3 - i) * 400_000}-0`, 'n', String(i));
    await trimStream(redis, 'catalog_stream', { abandonedMs: 0, now });
    expect(await kept('catalog_stream')).toEqual([2]);
  });

  it('leaves a missing stream missing', async () => {
    expect(await trim()).toEqual([]);
    expect(await redis.exists(STREAM)).toBe(0);
  });

  it('drops a group that has not read for a day only when memory is short, and accepts it again later', async () => {
    await add();
    for (const group of ['catalog', 'payments', 'delivery']) await make(group);
    for (const group of ['catalog', 'payments']) await readAll(group);
    const tomorrow = now + DAY;
    expect(await trim(0, tomorrow)).toEqual([]);
    expect(await trim(DAY, tomorrow - 20_000)).toEqual([]);
    expect(await kept()).toHaveLength(10);
    expect(await trim(DAY, tomorrow)).toEqual(['delivery']);
    expect(await kept()).toEqual([9]);
    await make('delivery');
    await trim();
    await redis.xadd(STREAM, `${now + 1}-0`, 'n', '10');
    for (const group of ['catalog', 'payments']) await readAll(group);
    await trim();
    expect(await kept()).toEqual([9, 10]);
  });

  it('drops a required group that has been missing for a day when memory is short', async () => {
    await add();
    for (const group of ['catalog', 'payments']) {
      await make(group);
      await readAll(group);
    }
    expect(await trim(DAY, now + DAY)).toEqual(['delivery']);
    expect(await kept()).toEqual([9]);
  });
});
