import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { backup } from '@bramble/k8s-jobs/backup';
import { restore } from '@bramble/k8s-jobs/restore';
import { configOf } from '@bramble/k8s-jobs/shared/job';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { linkMigrations } from '@bramble/test-kit/link-migrations';
import type { ServiceEnvironment } from '../../scripts/start/environment';
import type { Stores } from '../../scripts/stores/open-stores';
import type { StoreClients } from '../helpers/store-clients';
import type { Links } from './links';
import type { Replica } from './replicas';

/** Added to each reply of PostgreSQL, so that its databases are saved seconds apart, as those of a large shop. */
const SLOW_MS = 50;

export interface Archive {
  /** Saves every database, one after the other, as the Job of the chart does. */
  save(): Promise<void>;
  /**
   * Stops the services that use a store, restores the archive and starts them again, as the Job of the chart does. The
   * payment provider keeps its ledger. Answers what it refunded of each order after the archive was written.
   */
  restore(): Promise<ReadonlyMap<string, number>>;
}

export interface ArchiveOptions {
  dataDir: string;
  stores: Stores;
  clients: StoreClients;
  links: Links;
  environments: readonly ServiceEnvironment[];
  replicas: readonly Replica[];
}

/** The addresses of the databases, each in the variable of its service, as the Jobs read them. */
function databasesOf(environments: readonly ServiceEnvironment[]) {
  const pick = (ending: string) =>
    environments.flatMap(({ name, env }) => {
      const url = env[`${name.toUpperCase()}_${ending}`];
      return url === undefined ? [] : [{ name, variable: `${name.toUpperCase()}_${ending}`, url }];
    });
  return { postgres: pick('DATABASE_URL'), mongodb: pick('MONGODB_URL') };
}

/** The sandbox's tables stand for the provider, which is no part of the shop and of no archive. */
const providersLedger = ({ payments }: StoreClients) => ({
  async keep(): Promise<void> {
    await payments.query(`
      CREATE SCHEMA provider;
      CREATE TABLE provider.charges AS TABLE sandbox_charges;
      CREATE TABLE provider.refunds AS TABLE sandbox_refunds`);
  },
  async putBack(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await payments.query<{ id: string; amount: string }>(`
      SELECT split_part(charge_key, ':', 1) AS id, sum(amount) AS amount FROM provider.refunds
      WHERE key NOT IN (SELECT key FROM sandbox_refunds) GROUP BY 1`);
    await payments.query(`
      TRUNCATE sandbox_charges, sandbox_refunds;
      INSERT INTO sandbox_charges TABLE provider.charges;
      INSERT INTO sandbox_refunds TABLE provider.refunds;
      DROP SCHEMA provider CASCADE`);
    return new Map(rows.map(({ id, amount }) => [id, Number(amount)]));
  },
});

/** Backups and restores by the code of the chart's Jobs. */
export function openArchive({
  dataDir,
  stores,
  clients,
  links,
  environments,
  replicas,
}: ArchiveOptions): Archive {
  const { postgres, mongodb } = databasesOf(environments);
  const folder = path.join(dataDir, 'archive');
  const secrets = path.join(dataDir, 'archive-secrets');
  for (const each of [folder, secrets]) mkdirSync(each, { recursive: true });
  const log = createLogger('archive', 'silent');
  const env = {
    BACKUP_DIR: folder,
    BACKUP_PASSPHRASE: 'the passphrase of a rig',
    POSTGRES_DATABASES: postgres.map(({ name }) => name).join(','),
    MONGODB_DATABASES: mongodb.map(({ name }) => name).join(','),
    ...Object.fromEntries([...postgres, ...mongodb].map(({ variable, url }) => [variable, url])),
    SECRETS_DIR: secrets,
    RELEASE: 'chaos',
    NAMESPACE: 'chaos',
    MIGRATIONS_DIR: linkMigrations(path.join(dataDir, 'archive-migrations')),
    RESTORE_FROM: 'latest',
    REDIS_EVENTS_URL: stores.redisUrl,
    REDIS_CACHE_URL: stores.redisCacheUrl,
  };
  // The Job of the chart leaves the gateway running.
  const stopped = replicas.filter(({ service }) => service !== 'gateway');
  return {
    async save() {
      const slow = await links.slowPostgres(SLOW_MS);
      const through = Object.fromEntries(postgres.map(({ variable, url }) => [variable, slow.urlOf(url)]));
      try {
        await backup.run(configOf(backup, { ...env, ...through }), log);
      } finally {
        await slow.end();
      }
    },
    async restore() {
      await Promise.all(stopped.map((replica) => replica.stop()));
      const ledger = providersLedger(clients);
      await ledger.keep();
      await restore.run(configOf(restore, env), log);
      const refunded = await ledger.putBack();
      for (const replica of stopped) replica.start();
      return refunded;
    },
  };
}
