import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { migratePostgres } from '@bramble/service-kit/stores/migrate';
import { linkMigrations } from '@bramble/test-kit/link-migrations';
import { testStores } from '@bramble/test-kit/stores';
import { backup } from '../src/backup';
import { restore } from '../src/restore';
import { configOf } from '../src/shared/job';

const log = createLogger('test', 'silent');
const migrationsOf = (service: string) =>
  path.join(process.cwd(), 'services', service, 'prisma', 'migrations');
type Act = (sql: pg.Client) => Promise<unknown>;

interface Shop {
  sql: pg.Client;
  backup(): Promise<unknown>;
  restore(more?: Record<string, string>): Promise<unknown>;
  /** Brings the database to the schema of this release. */
  upgrade(): Promise<unknown>;
}

/** The database of a service; with `before` as it was before the migration of that name. */
async function withShop(
  service: string,
  { before }: { before?: string | undefined },
  use: (shop: Shop) => Promise<unknown>,
): Promise<void> {
  const stores = await testStores(before === undefined ? service : 'unmigrated');
  const folder = mkdtempSync(path.join(tmpdir(), 'restore-'));
  const sql = new pg.Client({ connectionString: stores.postgresUrl });
  const migrateBy = (migrationsDir: string) => migratePostgres({ url: stores.postgresUrl, migrationsDir });
  try {
    for (const each of ['archives', 'secrets', 'former']) mkdirSync(path.join(folder, each));
    if (before !== undefined) {
      const former = path.join(folder, 'former');
      for (const name of readdirSync(migrationsOf(service)).filter((each) => each < before))
        mkdirSync(path.join(former, name));
      for (const name of readdirSync(former))
        symlinkSync(
          path.join(migrationsOf(service), name, 'migration.sql'),
          path.join(former, name, 'migration.sql'),
        );
      await migrateBy(former);
    }
    await sql.connect();
    const env = {
      BACKUP_DIR: path.join(folder, 'archives'),
      BACKUP_PASSPHRASE: 'a passphrase for this test',
      POSTGRES_DATABASES: service,
      [`${service.toUpperCase()}_DATABASE_URL`]: stores.postgresUrl,
      SECRETS_DIR: path.join(folder, 'secrets'),
      MIGRATIONS_DIR: linkMigrations(path.join(folder, 'migrations')),
      RELEASE: 'shop',
      NAMESPACE: 'market',
      RESTORE_FROM: 'latest',
      REDIS_EVENTS_URL: stores.redisUrl,
    };
    await use({
      sql,
      backup: () => backup.run(configOf(backup, env), log),
      restore: (more = {}) => restore.run(configOf(restore, { ...env, ...more }), log),
      upgrade: () => migrateBy(migrationsOf(service)),
    });
  } finally {
    await sql.end();
    await stores.close();
    rmSync(folder, { recursive: true });
  }
}

/** Everything that migrations make, as text. */
async function schemaOf(sql: pg.Client): Promise<unknown> {
  const { rows } = await sql.query<{ text: string }>(`
    SELECT concat_ws(' ', table_name, column_name, data_type, column_default, is_nullable) AS text
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT migration_name FROM _prisma_migrations ORDER BY 1`);
  return rows.map(({ text }) => text);
}

it('restores the audit log of users, and refuses to change it afterwards', async () => {
  await withShop('users', {}, async ({ sql, ...shop }) => {
    await sql.query(`INSERT INTO audit_entries (id, action, subject) VALUES (gen_random_uuid(), 'a', 'b')`);
    await shop.backup();
    await shop.restore();
    expect((await sql.query('SELECT action, subject FROM audit_entries')).rows).toEqual([
      { action: 'a', subject: 'b' },
    ]);
    for (const change of ['DELETE FROM', 'TRUNCATE'])
      await expect(sql.query(`${change} audit_entries`)).rejects.toThrow('the audit log is append-only');
  });
});

describe.each(['users', 'orders', 'payments'])('the database of %s', (service) => {
  it.each(['of this release', 'of the first release'])(
    'has its schema after the restore of an archive %s',
    async (of) => {
      const [, second] = readdirSync(migrationsOf(service)).sort();
      const before = of === 'of this release' ? undefined : second;
      await withShop(service, { before }, async ({ sql, ...shop }) => {
        await shop.backup();
        await shop.upgrade();
        const schema = await schemaOf(sql);
        await shop.restore();
        expect(await schemaOf(sql)).toEqual(schema);
      });
    },
  );
});

const CHECKS = 'SELECT shop_id, checked_until, restored_at FROM charge_checks';
interface Checks {
  shop_id: string;
  checked_until: Date;
  restored_at: Date | null;
}

it('compares captures since an archive that is older than the comparison, under the id that they carry', async () => {
  await withShop('payments', { before: '20261129140627_charge_checks' }, async ({ sql, ...shop }) => {
    const archivedAt = Date.now();
    await shop.backup();
    await shop.upgrade();
    const [made] = (await sql.query<Checks>(CHECKS)).rows;
    await sql.query(`UPDATE charge_checks SET checked_until = now() + interval '1 hour'`);
    await shop.restore();
    const { rows } = await sql.query<Checks>(CHECKS);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.shop_id).toBe(made?.shop_id);
    expect(Number(rows[0]?.checked_until) - archivedAt).toBeLessThan(1_000);
    expect(Number(rows[0]?.restored_at)).toBeGreaterThan(Number(rows[0]?.checked_until));
  });
});

it('gives a new shop an id of its own, and no captures to find', async () => {
  await withShop('payments', {}, async ({ sql, ...shop }) => {
    const [first] = (await sql.query<Checks>(CHECKS)).rows;
    await shop.backup();
    await shop.restore({ RESTORE_AS_NEW_SHOP: 'true' });
    const [second] = (await sql.query<Checks>(CHECKS)).rows;
    expect(second?.shop_id).not.toBe(first?.shop_id);
    expect(second?.restored_at).toBeNull();
    await shop.restore();
    expect((await sql.query<Checks>(CHECKS)).rows[0]?.shop_id).toBe(first?.shop_id);
  });
});

it('compares captures since an archive whose table of the comparison was empty', async () => {
  await withShop('payments', {}, async ({ sql, ...shop }) => {
    await sql.query('DELETE FROM charge_checks');
    await shop.backup();
    await shop.restore();
    expect((await sql.query(CHECKS)).rowCount).toBe(1);
  });
});

const ADMIN = '01900000-0000-7000-8000-000000000003';
const GUEST = '01900000-0000-7000-8000-00000000ffff';
const SESSION = '01900000-0000-7000-8000-00000000eeee';
const addAccount: Act = (sql) =>
  sql.query(
    `INSERT INTO users (id, email, name, password_hash, roles) VALUES ($1, 'guest@example.com', 'Guest', '', '{customer,seller}')`,
    [GUEST],
  );

/** A session with its token, a link, a signed-out session, a ready mail, and a signing key. */
const addSecrets: Act = (sql) =>
  sql.query(`
    INSERT INTO sessions (id, user_id, device, ended_at, end_reason)
    VALUES ('${SESSION}', '${GUEST}', 'a phone', NULL, NULL), (gen_random_uuid(), '${GUEST}', NULL, '2026-01-01', 'logout');
    INSERT INTO refresh_tokens (hash, session_id, expires_at)
    VALUES (sha256('token'), '${SESSION}', now() + interval '1 day');
    INSERT INTO one_time_links (id, user_id, purpose, expires_at)
    VALUES (gen_random_uuid(), '${GUEST}', 'reset-password', now() + interval '1 day');
    INSERT INTO mail_jobs (id, kind, recipient, ready_at)
    VALUES (gen_random_uuid(), 'reset-password', 'guest@example.com', now());
    INSERT INTO signing_keys (kid, public_jwk, private_key, state) VALUES ('leaked', '{}', '', 'current')`);

it('puts back nothing that lets somebody in: no session, no link, no signing key', async () => {
  await withShop('users', {}, async ({ sql, ...shop }) => {
    const count = async (rows: string) => (await sql.query(`SELECT 1 FROM ${rows}`)).rowCount;
    await addAccount(sql);
    await addSecrets(sql);
    await shop.backup();
    await sql.query('DELETE FROM signing_keys; DELETE FROM sessions');
    expect(await shop.restore()).toMatchObject({
      sessions_ended: 1,
      signing_keys_removed: 1,
      links_ended: 1,
    });
    expect(await count('signing_keys')).toBe(0);
    expect(await count('sessions')).toBe(2);
    expect(await count('sessions WHERE ended_at IS NULL OR device IS NOT NULL')).toBe(0);
    expect(await count('one_time_links WHERE used_at IS NULL')).toBe(0);
    expect(await count('mail_jobs')).toBe(0);
  });
});

it('fills what later migrations fill in the rows of an old archive', async () => {
  await withShop('users', { before: '20261129115500_demo_roles' }, async ({ sql, ...shop }) => {
    await addAccount(sql);
    await sql.query(
      `INSERT INTO audit_entries (id, actor_id, action, subject, before, after)
       VALUES (gen_random_uuid(), $1, 'changeUser', $2, '{"roles": ["customer"]}', '{"roles": ["customer", "seller"]}')`,
      [ADMIN, GUEST],
    );
    await shop.backup();
    await shop.upgrade();
    await sql.query('DELETE FROM users');
    await shop.restore();
    expect((await sql.query('SELECT demo_roles FROM users WHERE id = $1', [GUEST])).rows).toEqual([
      { demo_roles: ['seller'] },
    ]);
  });
});
