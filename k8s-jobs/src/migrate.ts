import path from 'node:path';
import { text } from '@bramble/service-kit/config';
import { migratePostgres } from '@bramble/service-kit/migrate';
import { firstConnection } from './shared/first-connection';
import { given, postgresShape, postgresVariable } from './shared/databases';
import { job } from './shared/job';

/** Brings every PostgreSQL schema up to this image's, one database after the other; a newer one is left as it is. */
export const migrate = job({
  name: 'migrate',
  env: (env) => ({ MIGRATIONS_DIR: text(), ...postgresShape(env) }),
  async run(config, log) {
    const applied: Record<string, number> = {};
    for (const name of config.POSTGRES_DATABASES) {
      const done = await firstConnection('postgres', { seconds: config.CONNECT_SECONDS, log }, () =>
        migratePostgres({
          url: given(config, postgresVariable(name)),
          migrationsDir: path.join(config.MIGRATIONS_DIR, name),
          waitMs: 0,
        }),
      );
      applied[name] = done.length;
    }
    return { applied };
  },
});
