import type { z } from 'zod';
import { AppError } from './errors';

/** Encodes the sort values of a page's last row into an opaque text. */
export const encodeCursor = (values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** Decodes a cursor by `schema`; throws `invalid_input` for any other text. */
export function decodeCursor<S extends z.ZodType>(cursor: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new AppError('invalid_input', {
      errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
      cause,
    });
  }
}

/** Cuts `rows` (fetched with limit + 1) to a page; `position` returns the sort values of a row. */
export function toPage<T, U>(
  rows: readonly T[],
  limit: number,
  item: (row: T) => U,
  position: (row: T) => readonly unknown[],
): { items: U[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}
