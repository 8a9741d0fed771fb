import pg from 'pg';
import { type OldRows, purge, purgeStatement } from '@bramble/service-kit/stores/purge';
import { testEnv } from '@bramble/test-kit/env';
import { startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildOrders } from '../../orders/src/app';
import { oldCarts } from '../../orders/src/cart/cart.repository';
import { loadOrdersConfig } from '../../orders/src/config';
import { oldAnswers } from '../../orders/src/idempotency/idempotency.repository';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { oldLinks } from '../../users/src/link/link.repository';
import { oldMails } from '../../users/src/mail/mail.repository';
import { oldRevocations, oldSessions, oldTokens } from '../../users/src/session/session.repository';

const OLD = 4_500;
const YOUNG = 15_500;
/** For each of many rows: its number `n`, an id made of it, and a moment long past unless the row is one of the young. */
const ROWS = `(SELECT n, lpad(to_hex(n), 32, '0')::uuid AS id,
    CASE WHEN n <= ${YOUNG} THEN now() ELSE now() - interval '100 days' END AS at
  FROM generate_series(1, ${OLD + YOUNG}) n) rows`;
const USER = '00000000-0000-4000-8000-000000000007';

const services = {
  orders: {
    build: (stores: TestStores) =>
      buildOrders(
        loadOrdersConfig(
          testEnv({
            ORDERS_DATABASE_URL: stores.postgresUrl,
            REDIS_EVENTS_URL: stores.redisUrl,
            PAYMENTS_URL: 'http://127.0.0.1:9',
          }),
        ),
      ),
    rows: [
      `INSERT INTO idempotency (user_id, key, request_hash, created_at) SELECT id, 'key', 'hash', at FROM ${ROWS}`,
      `INSERT INTO carts (owner, updated_at) SELECT 'user:' || id, at FROM ${ROWS}`,
      `INSERT INTO cart_items (owner, product_id, quantity) SELECT 'user:' || id, id, 1 FROM ${ROWS}`,
    ],
    tables: ['idempotency', 'carts', 'cart_items'],
    found: [
      [oldAnswers, 'idempotency_created'],
      [oldCarts, 'carts_updated'],
    ] satisfies [OldRows, string][],
  },
  users: {
    build: (stores: TestStores) =>
      buildUsers(
        loadUsersConfig(
          testEnv({
            USERS_DATABASE_URL: stores.postgresUrl,
            REDIS_EVENTS_URL: stores.redisUrl,
            REDIS_CACHE_URL: stores.redisUrl,
          }),
        ),
      ),
    rows: [
      `INSERT INTO users (id, email, name, password_hash, roles) VALUES ('${USER}', 'a@example.test', 'A', 'hash', '{customer}')`,
      `INSERT INTO revocations (session_id, user_id, created_at) SELECT id, id, at FROM ${ROWS}`,
      `INSERT INTO sessions (id, user_id, created_at) SELECT id, '${USER}', at FROM ${ROWS}`,
      `INSERT INTO refresh_tokens (hash, session_id, expires_at)
        SELECT sha256(n::text::bytea), id, at + interval '1 hour' FROM ${ROWS}`,
      `INSERT INTO one_time_links (id, user_id, purpose, expires_at)
        SELECT id, '${USER}', 'reset-password', at + interval '1 hour' FROM ${ROWS}`,
      `INSERT INTO mail_jobs (id, kind, recipient, created_at, ready_at, taken_at)
        SELECT id, 'reset-password', 'a@example.test', at, at, CASE WHEN n % 2 = 0 THEN at END FROM ${ROWS}`,
    ],
    tables: ['revocations', 'sessions', 'refresh_tokens', 'one_time_links', 'mail_jobs'],
    found: [
      [oldRevocations(60), 'revocations_created'],
      [oldTokens, 'refresh_tokens_expires'],
      [oldSessions, 'sessions_created'],
      [oldLinks, 'one_time_links_expires'],
      [oldMails, 'mail_jobs_old'],
    ] satisfies [OldRows, string][],
  },
};

describe.each(Object.entries(services))('old rows of %s', (name, { build, rows, tables, found }) => {
  let stores: TestStores;
  let sql: pg.Pool;
  beforeAll(async () => {
    stores = await testStores(name);
    sql = new pg.Pool({ connectionString: stores.postgresUrl, max: 2 });
    for (const text of rows) await sql.query(text);
    await sql.query('ANALYZE');
  });
  afterAll(async () => {
    await sql.end();
    await stores.close();
  });

  it('are found by an index', async () => {
    for (const [old, index] of found) {
      const { rows: lines } = await sql.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${purgeStatement(old)}`);
      const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
      expect(plan).toMatch(new RegExp(`Index Scan (using|on) ${index}`));
      expect(plan).toContain(`Tid Scan on ${old.table}`);
      expect(plan).not.toContain(`Seq Scan on ${old.table}`);
    }
  });

  it('are all deleted, a bounded number in a statement', async () => {
    await sql.query(`CREATE TABLE deletions (name text, count bigint);
      CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO deletions SELECT TG_TABLE_NAME, count(*) FROM gone;
        RETURN NULL;
      END $$`);
    // A cascade deletes the rows that belong to one row by a statement of its own.
    for (const table of tables)
      await sql.query(`CREATE TRIGGER note AFTER DELETE ON ${table} REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION note_deletion()`);
    const service = await startService(build(stores));
    try {
      for (const table of tables)
        expect(
          await waitFor(async () => (await sql.query(`SELECT 1 FROM ${table}`)).rowCount, {
            until: (count) => count !== null && count <= YOUNG,
            what: `only young rows of ${table}`,
          }),
        ).toBe(YOUNG);
    } finally {
      await service.stop();
    }
    const most = await sql.query<{ count: string }>('SELECT max(count) AS count FROM deletions');
    expect(Number(most.rows[0]?.count)).toBe(2_000);
  });
});

describe('a purge', () => {
  it('leaves a row that another transaction has renewed, and does not wait for it', async () => {
    const stores = await testStores('orders');
    const [other, own] = [1, 2].map(() => new pg.Client({ connectionString: stores.postgresUrl }));
    try {
      await Promise.all([other?.connect(), own?.connect()]);
      await own?.query(`INSERT INTO carts (owner, updated_at) SELECT 'user:' || n, now() - interval '100 days'
        FROM generate_series(1, 3) n`);
      await other?.query(`BEGIN; UPDATE carts SET updated_at = now() WHERE owner = 'user:2'`);
      const statements: number[] = [];
      await purge(
        {
          query: async ({ text }) => {
            const { rows, rowCount } = await own!.query(text);
            statements.push(rowCount ?? 0);
            return { rows, rowCount: rowCount ?? 0 };
          },
        },
        oldCarts,
      );
      expect(statements).toEqual([2]);
      await other?.query('COMMIT');
      expect((await own!.query(purgeStatement(oldCarts))).rowCount).toBe(0);
      expect((await own!.query('SELECT owner FROM carts')).rows).toEqual([{ owner: 'user:2' }]);
    } finally {
      await Promise.all([other?.end(), own?.end()]);
      await stores.close();
    }
  });
});
