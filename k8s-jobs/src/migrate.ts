import path from 'node:path';
import { text } from '@bramble/service-kit/base/config';
import { migratePostgres } from '@bramble/service-kit/stores/migrate';
import { given, postgresShape, postgresVariable } from './shared/databases';
import { firstConnection } from './shared/first-connection';
import { grantRows } from './shared/grant-rows';
import { job } from './shared/job';
import { withPostgres } from './shared/postgres';

/** Migrates every PostgreSQL database to this image's schema, one after the other; a newer schema stays as it is. */
export const migrate = job({
  name: 'migrate',
  env: (env) => ({ MIGRATIONS_DIR: text(), ...postgresShape(env) }),
  async run(config, log) {
    const applied: Record<string, number> = {};
    for (const name of config.POSTGRES_DATABASES) {
      const url = given(config, postgresVariable(name));
      const done = await firstConnection('postgres', { seconds: config.CONNECT_SECONDS, log }, async () => {
        await withPostgres(url, { seconds: 0, log }, async (client) => {
          const { rows } = await client.query<{ owner: boolean }>('SELECT current_user = $1 AS owner', [
            `${name}_owner`,
          ]);
          // With an address of its own (a database made by hand) there is no user to grant rights to.
          if (rows[0]?.owner === true) await grantRows(client, name);
        });
        return migratePostgres({
          url,
          migrationsDir: path.join(config.MIGRATIONS_DIR, name),
          waitMs: 0,
        });
      });
      applied[name] = done.length;
    }
    return { applied };
  },
});
