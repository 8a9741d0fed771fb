import pg from 'pg';
import { operatorName } from '@bramble/service-kit/base/config';
import { testEnv } from '@bramble/test-kit/env';
import { openProgram, type Program } from '@bramble/test-kit/run-program';
import { testStores, type TestStores } from '@bramble/test-kit/stores';

let program: Program;
let stores: TestStores;
beforeAll(async () => {
  program = await openProgram('services/orders/src/admin-main.ts');
}, 120_000);
afterAll(() => program.close());
beforeEach(async () => {
  stores = await testStores('orders');
});
afterEach(async () => {
  await stores.close();
});

/** Runs `bramble-admin` where no person is at a terminal. */
const admin = (...words: string[]) =>
  program.run(words, testEnv({ ORDERS_DATABASE_URL: stores.postgresUrl, REDIS_EVENTS_URL: stores.redisUrl }));

it('rebuilds the reports, and answers in JSON', async () => {
  const { out } = await admin('reports', 'rebuild', '--json');
  expect(JSON.parse(out)).toEqual({ before: 0, after: 0, different: 0, ordersOff: 0 });
}, 120_000);

it('tells the audit log who rebuilds the reports', async () => {
  await admin('reports', 'rebuild');
  const sql = new pg.Client({ connectionString: stores.postgresUrl });
  await sql.connect();
  const { rows } = await sql.query<{ payload: object }>(
    `SELECT payload FROM outbox WHERE type = 'order.operator_acted' AND stream = 'orders_audit_stream'`,
  );
  await sql.end();
  expect(rows.map(({ payload }) => payload)).toEqual([
    { action: 'reports.rebuilt', target: 'reports', operator: operatorName() },
  ]);
}, 120_000);

it('says in one sentence what is not there, and that the stores do not answer', async () => {
  const cases: [words: string[], code: number, says: string][] = [
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
  const ran = await program.run(['order', 'explain', 'BR-1'], testEnv(away));
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toMatch(/^bramble-admin: the shop's stores do not answer \([^\n]+\); is it running\?\n$/);
}, 120_000);
