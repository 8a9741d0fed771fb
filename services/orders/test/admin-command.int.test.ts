import { Redis } from 'ioredis';
import { testEnv } from '@bramble/test-kit/env';
import { openProgram, type Program } from '@bramble/test-kit/run-program';
import { testStores, type TestStores } from '@bramble/test-kit/stores';

let program: Program;
let stores: TestStores;
let redis: Redis;
beforeAll(async () => {
  program = await openProgram('services/orders/src/admin-main.ts');
}, 120_000);
afterAll(() => program.close());
beforeEach(async () => {
  stores = await testStores('orders');
  redis = new Redis(stores.redisUrl);
});
afterEach(async () => {
  redis.disconnect();
  await stores.close();
});

/** Runs `bramble-admin` where no person is at a terminal. */
const admin = (...words: string[]) =>
  program.run(words, testEnv({ ORDERS_DATABASE_URL: stores.postgresUrl, REDIS_EVENTS_URL: stores.redisUrl }));

/** Writes a dead letter as a consumer does, and answers its id. */
async function bury(orderId: string): Promise<string> {
  const letter = {
    id: orderId,
    type: 'payment.requested',
    version: '1',
    occurredAt: new Date().toISOString(),
    key: orderId,
    correlationId: 'c',
    payload: JSON.stringify({ orderId }),
    group: 'payments',
    entryId: '1-1',
    attempts: '5',
    error: 'Error: the ledger is locked',
    reason: 'handler',
    failedAt: new Date().toISOString(),
  };
  const entry = await redis.xadd('orders_stream:dead', '*', ...Object.entries(letter).flat());
  return `orders_stream.payments.${entry}`;
}
const ORDER = '01980000-0000-7000-8000-000000000001';
const count = () => redis.xlen('orders_stream:dead');

describe('bramble-admin dead', () => {
  it('lists dead letters in words without colours, and in JSON', async () => {
    const id = await bury(ORDER);
    const words = await admin('dead', 'list', 'orders_stream');
    expect(words).toMatchObject({ code: 0, err: '' });
    expect(words.out).toMatch(
      new RegExp(`^${id}  .* tries 5\n    handler: Error: the ledger is locked\n1 in all\n$`),
    );
    const { out } = await admin('dead', 'list', '--json');
    expect(JSON.parse(out)).toEqual([expect.objectContaining({ id, type: 'payment.requested', key: ORDER })]);
    expect(JSON.parse((await admin('dead', 'show', id)).out)).toMatchObject({ id });
  }, 120_000);

  it('deletes nothing without a yes', async () => {
    const id = await bury(ORDER);
    const asked = await Promise.all([
      admin('dead', 'discard', 'all', 'orders_stream'),
      admin('dead', 'discard', id),
    ]);
    for (const ran of asked)
      expect(ran).toEqual({
        code: 2,
        out: '',
        err: 'bramble-admin: nobody can answer "Delete 1 dead letter for good?" here: add --yes\n',
      });
    expect(await count()).toBe(1);
    expect(await admin('dead', 'discard', id, '--yes')).toEqual({ code: 0, out: '1 discarded\n', err: '' });
    expect(await count()).toBe(0);
    await bury(ORDER);
    const { out } = await admin('dead', 'discard', 'all', '--yes', '--json');
    expect(JSON.parse(out)).toEqual({ discarded: 1 });
    expect(await count()).toBe(0);
  }, 120_000);

  it('sends a letter to its handler again without a question', async () => {
    await bury(ORDER);
    const { out } = await admin('dead', 'replay', 'all', '--json');
    expect(JSON.parse(out)).toEqual({ replayed: 1 });
    expect(await redis.xlen('orders_stream:replay:payments')).toBe(1);
  }, 120_000);
});

it('rebuilds the reports, and answers in JSON', async () => {
  const { out } = await admin('reports', 'rebuild', '--json');
  expect(JSON.parse(out)).toEqual({ before: 0, after: 0, different: 0, ordersOff: 0 });
}, 120_000);

it('says in one sentence what is not there, and that the stores do not answer', async () => {
  const cases: [words: string[], code: number, says: string][] = [
    [['dead', 'show', 'orders_stream.payments.1-1'], 1, 'there is no dead letter'],
    [['dead', 'list', 'river'], 2, 'there is no stream river; there are'],
    [['order', 'explain', 'BR-NOSUCH'], 1, 'there is no order BR-NOSUCH'],
  ];
  await Promise.all(
    cases.map(async ([words, code, says]) => {
      const ran = await admin(...words);
      expect({ words, ...ran }).toEqual({ words, code, out: '', err: expect.stringContaining(says) });
      expect(ran.err).toMatch(/^bramble-admin: [^\n]+\n$/);
    }),
  );
  const away = { ORDERS_DATABASE_URL: 'postgres://127.0.0.1:9/x', REDIS_EVENTS_URL: 'redis://127.0.0.1:9' };
  const ran = await program.run(['dead', 'list'], testEnv(away));
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toMatch(/^bramble-admin: the shop's stores do not answer \([^\n]+\); is it running\?\n$/);
}, 120_000);
