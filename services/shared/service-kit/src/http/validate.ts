import type { z } from 'zod';
import { AppError } from '../base/errors';

/** The most faults that an answer lists, so that a large body cannot make a larger answer. */
const MAX_FAULTS = 50;
/** The most characters of an unknown field's name in an answer. */
const MAX_KEY = 100;

const pathOf = (path: readonly PropertyKey[]) => path.map(String).join('.');

/** Parses `value` by `schema`; throws `invalid_input` with every fault and its path. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, MAX_FAULTS).flatMap((issue) => {
    const at = [prefix, pathOf(issue.path)].filter(Boolean).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.slice(0, MAX_FAULTS).map((key) => ({
        path: [at, key.slice(0, MAX_KEY)].filter(Boolean).join('.'),
        message: 'is an unknown field',
      }));
    return [{ path: at, message: issue.message }];
  });
  throw new AppError('invalid_input', {
    errors: errors.slice(0, MAX_FAULTS),
    detail: errors
      .map((error) => `${error.path || 'body'}: ${error.message}`)
      .join('; ')
      .slice(0, 500),
  });
}

/** NUL and lone surrogates: PostgreSQL accepts neither. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Deeper than any valid body, and far below the limit of recursive functions. */
export const MAX_DEPTH = 100;

/**
 * Throws `invalid_input` when `value` is nested deeper than `MAX_DEPTH` or contains text (keys too) that no store
 * accepts.
 */
export function refuseUnstorable(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new AppError('invalid_input', { detail: `nested deeper than ${MAX_DEPTH}` });
    const below: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string' && UNSTORABLE.test(each))
        throw new AppError('invalid_input', { detail: 'text must not contain NUL or a lone surrogate' });
      if (typeof each === 'object' && each !== null)
        for (const [key, inner] of Object.entries(each)) below.push(key, inner);
    }
    level = below;
  }
}

/** The parameters of a query string. A repeated parameter becomes a list, which a schema of a single value refuses. */
export function parseQuery(url: string): Record<string, string | string[]> {
  const start = url.indexOf('?');
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  if (start < 0) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const before = query[name];
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return query;
}
