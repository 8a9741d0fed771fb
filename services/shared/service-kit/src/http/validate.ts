import type { z } from 'zod';
import { AppError } from '../base/errors';

const pathOf = (path: readonly PropertyKey[]) => path.map(String).join('.');

/** Parses `value` by `schema`; throws `invalid_input` that lists every fault with its path. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, 50).flatMap((issue) => {
    const at = [prefix, pathOf(issue.path)].filter(Boolean).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: [at, key].filter(Boolean).join('.'),
        message: 'is not known here',
      }));
    return [{ path: at, message: issue.message }];
  });
  throw new AppError('invalid_input', {
    errors,
    detail: errors
      .map((error) => `${error.path || 'body'}: ${error.message}`)
      .join('; ')
      .slice(0, 500),
  });
}

/** NUL and halves of surrogate pairs: PostgreSQL keeps neither, and no text that a person writes has them. */
const UNKEEPABLE = /[\0\p{Surrogate}]/u;

/** Nothing of ours is nested so deep, and whatever walks through it by recursion stays far from its limit. */
export const MAX_DEPTH = 100;

/** Throws `invalid_input` when `value` is nested deeper than `MAX_DEPTH`, or holds text (keys too) that cannot be kept. */
export function refuseUnkeepable(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new AppError('invalid_input', { detail: `nested deeper than ${MAX_DEPTH}` });
    const below: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string' && UNKEEPABLE.test(each))
        throw new AppError('invalid_input', { detail: 'text holds neither NUL nor half a character' });
      if (typeof each === 'object' && each !== null)
        for (const [key, inner] of Object.entries(each)) below.push(key, inner);
    }
    level = below;
  }
}

/** The parameters of a query string; one that comes twice is a list, and so is refused where one value is wanted. */
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
