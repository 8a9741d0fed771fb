import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
    .filter((name) => existsSync(schemaOf(name)))
    .sort();
}

/** Those of them that ask through Prisma's client: their schema says that one is generated. */
export const prismaServices = (): string[] =>
  postgresServices().filter((name) => /^generator /m.test(readFileSync(schemaOf(name), 'utf8')));

/** Where the schema of a service's database stands. */
export const schemaOf = (service: string): string =>
  path.join(root, 'services', service, 'prisma', 'schema.prisma');
