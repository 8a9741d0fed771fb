import type { AnyEvent } from '@bramble/contracts/events';
import { type OwnRedis, startOwnRedis } from '@bramble/test-kit/own-redis';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { readMemory } from '../src/stores/redis-memory';
import {
  GROUP,
  labelled,
  labelOf,
  labels,
  lettersOf,
  type Publisher,
  startPublisher,
  startReader,
  STREAM,
} from './events-support';

let stores: TestStores;
let server: OwnRedis;
let orders: Publisher;
let reader: Awaited<ReturnType<typeof startReader>>;

const failFor = (label: string) => (events: readonly AnyEvent[]) => {
  if (events.some((event) => labelOf(event) === label)) throw new Error('an unknown error');
};

beforeEach(async () => {
  server = await startOwnRedis();
  stores = await testStores('service-kit');
  orders = await startPublisher({ ...stores, redisUrl: server.url });
  reader = await startReader({ ...stores, redisUrl: server.url }, { before: failFor('bad') });
});
afterEach(async () => {
  await reader.stop();
  await orders.stop();
  await stores.close();
  await server.stop();
});

const triesOf = async () => Number((await server.client.hvals(`${STREAM}:tries:${GROUP}`))[0] ?? 0);
/** Fills Redis to nine tenths of its limit. */
const leaveLittleRoom = async () => {
  const { usedBytes } = await readMemory(server.client);
  await server.client.config('SET', 'maxmemory', Math.round(usedBytes / 0.9));
};

describe('a Redis that is nearly full', () => {
  it('can be trimmed although one event would be tried for hours', async () => {
    await orders.publish(labelled('k', 'bad'), labelled('k', 'next'));
    await waitFor(async () => (await triesOf()) === 5, { timeout: 15_000, what: 'five tries' });
    await orders.publish(...labels('a', 1_000).map((label) => labelled(label, label)));
    await waitFor(async () => (await server.client.xlen(STREAM)) === 1_002);
    // The other groups of the stream have read all of it.
    for (const group of ['payments', 'delivery']) await server.client.xgroup('CREATE', STREAM, group, '$');
    expect(await lettersOf(orders.sql)).toEqual([]);
    await leaveLittleRoom();
    await waitFor(async () => (await lettersOf(orders.sql)).length === 1, {
      timeout: 13_000,
      what: 'the dead letter',
    });
    await waitFor(async () => (await server.client.xlen(STREAM)) < 10, {
      timeout: 13_000,
      what: 'the stream to be trimmed',
    });
  }, 60_000);
});
