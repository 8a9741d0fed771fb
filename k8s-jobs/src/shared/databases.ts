import { z } from 'zod';
import type { BackupStore } from '@bramble/contracts/tasks';
import { url } from '@bramble/service-kit/base/config';

/** Parses `users,orders`; each name is a plain word, because databases and roles are named after it. */
export const names = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'not a plain name')));

const listed = (env: NodeJS.ProcessEnv, variable: string): string[] =>
  (env[variable] ?? '').split(',').filter((name) => name !== '');

/** A MongoDB address may name several hosts, which the WHATWG URL grammar does not allow. */
export const mongoUrl = () =>
  z.string().regex(/^mongodb(?:\+srv)?:\/\/[^/]+\/[^/?]+/, 'not mongodb://host/database');

export const postgresVariable = (name: string): string => `${name.toUpperCase()}_DATABASE_URL`;
export const mongoVariable = (name: string): string => `${name.toUpperCase()}_MONGODB_URL`;

/** A URL for each database of POSTGRES_DATABASES. */
export const postgresShape = (env: NodeJS.ProcessEnv) => ({
  POSTGRES_DATABASES: names(),
  ...Object.fromEntries(listed(env, 'POSTGRES_DATABASES').map((name) => [postgresVariable(name), url()])),
});

/** A URL for each database of MONGODB_DATABASES. */
export const mongoShape = (env: NodeJS.ProcessEnv) => ({
  MONGODB_DATABASES: names(),
  ...Object.fromEntries(listed(env, 'MONGODB_DATABASES').map((name) => [mongoVariable(name), mongoUrl()])),
});

/** The value of a variable; the shape has checked that it is set. */
export function given(config: object, variable: string): string {
  const value: unknown = Reflect.get(config, variable);
  if (typeof value !== 'string') throw new Error(`${variable} is missing`);
  return value;
}

/** The kinds of stores whose databases an archive contains. */
export const storesOf = (config: {
  POSTGRES_DATABASES: readonly string[];
  MONGODB_DATABASES: readonly string[];
}): BackupStore[] => [
  ...(config.POSTGRES_DATABASES.length > 0 ? (['postgres'] as const) : []),
  ...(config.MONGODB_DATABASES.length > 0 ? (['mongodb'] as const) : []),
];
