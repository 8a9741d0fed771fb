import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { migratePostgres } from '@bramble/service-kit/stores/migrate';
import type { Log } from '../stores/types';
import { postgresServices, root } from '../workspace';

export interface DatabaseOptions {
  /** With the administrator's rights. */
  adminUrl: string;
  /** Our own server: each service gets a role of its own. On a given server they share the given one's rights. */
  own: boolean;
  /** What the roles' passwords are derived from. */
  secret: string;
  log: Log;
}

/** Makes the PostgreSQL databases, each owned by its service's role, and migrates them. Returns their URLs by service. */
export async function prepareDatabases(options: DatabaseOptions): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: options.adminUrl, connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined);
  await client.connect();
  const urls: Record<string, string> = {};
  try {
    for (const name of postgresServices()) urls[name] = await ensureDatabase(client, name, options);
  } finally {
    await client.end();
  }
  await Promise.all(
    Object.entries(urls).map(async ([name, url]) => {
      const migrationsDir = path.join(root, 'services', name, 'prisma', 'migrations');
      if (!existsSync(migrationsDir)) return;
      const applied = await migratePostgres({ url, migrationsDir });
      if (applied.length > 0) options.log(`migrated ${name} (${applied.length} applied)`);
    }),
  );
  return urls;
}

async function ensureDatabase(client: pg.Client, name: string, options: DatabaseOptions): Promise<string> {
  const { adminUrl, own, secret } = options;
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  if (own) {
    const password = createHmac('sha256', secret).update(name).digest('hex');
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    if (!role.rowCount) await client.query(`CREATE ROLE "${name}" LOGIN PASSWORD '${password}'`);
    url.username = name;
    url.password = password;
  }
  const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (!database.rowCount) await client.query(`CREATE DATABASE "${name}"${own ? ` OWNER "${name}"` : ''}`);
  if (own) await client.query(`REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC`);
  return url.toString();
}
