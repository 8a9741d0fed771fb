import { z } from 'zod';

const DEFAULT_PAGE_LIMIT = 20;
export const MAX_PAGE_LIMIT = 100;

/** The query parameters of every list: `limit` (1 to 100, default 20) and an opaque `cursor`. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_LIMIT).default(DEFAULT_PAGE_LIMIT),
  cursor: z.string().min(1).max(512).optional(),
};

/** The answer of every list: the items, and the cursor of the next page or null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export type Page<T> = { items: T[]; nextCursor: string | null };

/** An id: a UUID in its canonical form. */
export const idSchema = z.guid();

/** A point in time: ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const timeSchema = z.iso.datetime();

/** The id in a path such as `/api/orders/:id`. */
export const idParams = z.strictObject({ id: idSchema });
