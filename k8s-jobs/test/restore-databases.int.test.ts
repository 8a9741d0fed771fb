import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { testStores } from '@bramble/test-kit/stores';
import { backup } from '../src/backup';
import { restore } from '../src/restore';
import { configOf } from '../src/shared/job';

const log = createLogger('test', 'silent');
const triggersOf = async (sql: pg.Client) =>
  (await sql.query('SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1')).rows;

/** Saves the migrated database of a service and restores it. `before` and `after` see the database. */
async function saveAndRestore(
  service: string,
  before: (sql: pg.Client) => Promise<unknown>,
  after: (sql: pg.Client) => Promise<unknown>,
): Promise<void> {
  const stores = await testStores(service);
  const folder = mkdtempSync(path.join(tmpdir(), 'restore-'));
  const sql = new pg.Client({ connectionString: stores.postgresUrl });
  try {
    await sql.connect();
    for (const each of ['archives', 'secrets']) mkdirSync(path.join(folder, each));
    const env = {
      BACKUP_DIR: path.join(folder, 'archives'),
      BACKUP_PASSPHRASE: 'a passphrase for this test',
      POSTGRES_DATABASES: service,
      [`${service.toUpperCase()}_DATABASE_URL`]: stores.postgresUrl,
      SECRETS_DIR: path.join(folder, 'secrets'),
      RELEASE: 'shop',
      NAMESPACE: 'market',
      RESTORE_FROM: 'latest',
      REDIS_EVENTS_URL: stores.redisUrl,
    };
    await before(sql);
    const triggers = await triggersOf(sql);
    await backup.run(configOf(backup, env), log);
    await restore.run(configOf(restore, env), log);
    expect(await triggersOf(sql)).toEqual(triggers);
    await after(sql);
  } finally {
    await sql.end();
    await stores.close();
    rmSync(folder, { recursive: true });
  }
}

it('restores the audit log of users, and refuses to change it afterwards', async () => {
  await saveAndRestore(
    'users',
    (sql) =>
      sql.query(`INSERT INTO audit_entries (id, action, subject) VALUES (gen_random_uuid(), 'a', 'b')`),
    async (sql) => {
      expect((await sql.query('SELECT action, subject FROM audit_entries')).rows).toEqual([
        { action: 'a', subject: 'b' },
      ]);
      for (const change of ['DELETE FROM', 'TRUNCATE'])
        await expect(sql.query(`${change} audit_entries`)).rejects.toThrow('the audit log is append-only');
    },
  );
});

it.each(['orders', 'payments'])('restores the database of %s with its triggers', async (service) => {
  const migrations = (sql: pg.Client) => sql.query('SELECT 1 FROM _prisma_migrations');
  await saveAndRestore(service, migrations, migrations);
});
