import type { MongoClient } from 'mongodb';
import type pg from 'pg';
import { z } from 'zod';
import { text } from '@bramble/service-kit/base/config';
import { given, names } from './shared/databases';
import { grantRows } from './shared/grant-rows';
import { job } from './shared/job';
import { withMongo } from './shared/mongo';
import { withPostgres } from './shared/postgres';

const passwords = (env: NodeJS.ProcessEnv, store: string) =>
  Object.fromEntries(
    (env[`${store}_DATABASES`] ?? '')
      .split(',')
      .filter((name) => name !== '')
      .map((name) => [`${store}_${name.toUpperCase()}_PASSWORD`, text()]),
  );

/**
 * Creates a database and a user with least privileges for each service. In PostgreSQL the user reads and writes rows,
 * while the tables belong to a role that only migrations use; in MongoDB the user has access to its own database. Each
 * run sets the passwords.
 */
export const initUsers = job({
  name: 'init-users',
  env: (env) => ({
    POSTGRES_ADMIN_URL: z.string().optional(),
    POSTGRES_DATABASES: names(),
    MONGODB_ADMIN_URL: z.string().optional(),
    MONGODB_DATABASES: names(),
    ...passwords(env, 'POSTGRES'),
    ...passwords(env, 'MONGODB'),
  }),
  async run(config, log) {
    const options = { seconds: config.CONNECT_SECONDS, log };
    const { POSTGRES_ADMIN_URL: postgres, MONGODB_ADMIN_URL: mongodb } = config;
    const password = (store: string, name: string) =>
      given(config, `${store}_${name.toUpperCase()}_PASSWORD`);
    let created = 0;
    if (postgres !== undefined) {
      for (const name of config.POSTGRES_DATABASES) {
        created += await withPostgres(postgres, options, (client) =>
          ensureDatabase(client, name, password('POSTGRES', name)),
        );
        const own = new URL(postgres);
        own.pathname = `/${name}`;
        await withPostgres(own.toString(), options, (client) => grantRows(client, name));
      }
    }
    if (mongodb !== undefined) {
      created += await withMongo(mongodb, options, (client) =>
        config.MONGODB_DATABASES.reduce(
          async (sum, name) => (await sum) + (await ensureUser(client, name, password('MONGODB', name))),
          Promise.resolve(0),
        ),
      );
    }
    return { postgres: config.POSTGRES_DATABASES, mongodb: config.MONGODB_DATABASES, created };
  },
});

async function ensureDatabase(client: pg.Client, name: string, password: string): Promise<number> {
  const owner = `${name}_owner`;
  const exists = async (query: string, value: string) =>
    ((await client.query(query, [value])).rowCount ?? 0) > 0;
  let created = 0;
  for (const [role, kind] of [
    [owner, 'NOLOGIN'],
    [name, 'LOGIN'],
  ] as const) {
    if (await exists('SELECT 1 FROM pg_roles WHERE rolname = $1', role)) continue;
    await client.query(`CREATE ROLE ${role} ${kind}`);
    created += 1;
  }
  await client.query(`ALTER ROLE ${name} PASSWORD ${client.escapeLiteral(password)}`);
  await client.query(`GRANT ${owner} TO CURRENT_USER`);
  if (!(await exists('SELECT 1 FROM pg_database WHERE datname = $1', name))) {
    await client.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    created += 1;
  }
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${name}`);
  return created;
}

async function ensureUser(client: MongoClient, name: string, password: string): Promise<number> {
  const db = client.db(name);
  const user = { pwd: password, roles: [{ role: 'readWrite', db: name }] };
  const { users } = (await db.command({ usersInfo: name })) as unknown as { users: unknown[] };
  await db.command(users.length > 0 ? { updateUser: name, ...user } : { createUser: name, ...user });
  return users.length > 0 ? 0 : 1;
}
