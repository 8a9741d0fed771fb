import { z } from 'zod';
import type { BackupStore } from '@bramble/contracts/tasks';
import { url } from '@bramble/service-kit/base/config';

/** `users,orders` → its names; each a plain word, because it names databases and roles too. */
export const names = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'not a plain name')));

const listed = (env: NodeJS.ProcessEnv, variable: string): string[] =>
  (env[variable] ?? '').split(',').filter((name) => name !== '');

/** A MongoDB address may name several hosts, which the grammar of URLs does not know. */
export const mongoUrl = () =>
  z.string().regex(/^mongodb(?:\+srv)?:\/\/[^/]+\/[^/?]+/, 'not mongodb://host/database');

export const postgresVariable = (name: string): string => `${name.toUpperCase()}_DATABASE_URL`;
export const mongoVariable = (name: string): string => `${name.toUpperCase()}_MONGODB_URL`;

/** An address for each database that POSTGRES_DATABASES names. */
export const postgresShape = (env: NodeJS.ProcessEnv) => ({
  POSTGRES_DATABASES: names(),
  ...Object.fromEntries(listed(env, 'POSTGRES_DATABASES').map((name) => [postgresVariable(name), url()])),
});

/** An address for each database that MONGODB_DATABASES names. */
export const mongoShape = (env: NodeJS.ProcessEnv) => ({
  MONGODB_DATABASES: names(),
  ...Object.fromEntries(listed(env, 'MONGODB_DATABASES').map((name) => [mongoVariable(name), mongoUrl()])),
});

/** The value of a variable whose presence the shape has checked. */
export function given(config: object, variable: string): string {
  const value: unknown = Reflect.get(config, variable);
  if (typeof value !== 'string') throw new Error(`${variable} is missing`);
  return value;
}

/** The stores of which an archive holds databases. */
export const storesOf = (config: {
  POSTGRES_DATABASES: readonly string[];
  MONGODB_DATABASES: readonly string[];
}): BackupStore[] => [
  ...(config.POSTGRES_DATABASES.length > 0 ? (['postgres'] as const) : []),
  ...(config.MONGODB_DATABASES.length > 0 ? (['mongodb'] as const) : []),
];
