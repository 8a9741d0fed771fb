import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The root of the clone; every script is started from there. */
export const root = process.cwd();

/** The folders of services/ that hold a service, by the file that makes them one. */
export function serviceNames(): string[] {
  const services = path.join(root, 'services');
  return readdirSync(services)
    .filter((name) => existsSync(path.join(services, name, 'src', 'main.ts')))
    .sort();
}

/** The services with a PostgreSQL database of their own. */
export function postgresServices(): string[] {
  const services = path.join(root, 'services');
  return readdirSync(services)
    .filter((name) => existsSync(path.join(services, name, 'prisma', 'schema.prisma')))
    .sort();
}
