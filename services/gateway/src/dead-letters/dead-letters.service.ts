import { z } from 'zod';
import { type DeadLetter, deadLettersApi } from '@bramble/contracts/gateway';
import type { Page } from '@bramble/contracts/page';
import type { Actor } from '@bramble/service-kit/base/actor';
import { decodeCursor, encodeCursor } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import { compareStreamIds } from '@bramble/service-kit/events/stream-id';
import type { Upstream } from '@bramble/service-kit/http/client';

export type DeadLettersService = ReturnType<typeof createDeadLettersService>;

/** The position of a dead letter in every service's list: entry id, then stream. */
const position = z.tuple([z.string(), z.string()]);
const entryIdOf = (letter: DeadLetter) => letter.id.slice(letter.id.lastIndexOf('.') + 1);
const newestFirst = (a: DeadLetter, b: DeadLetter) =>
  compareStreamIds(entryIdOf(b), entryIdOf(a)) || a.stream.localeCompare(b.stream);

/**
 * The dead letters of all services as one list. All services sort alike, so one cursor serves all of them. When a
 * service is away the request fails, since a partial list would hide failures.
 */
export function createDeadLettersService({
  services,
}: {
  /** The clients by the name of their consumer group. */
  services: Readonly<Record<string, Upstream>>;
}) {
  return {
    list: async (
      { limit, cursor }: { limit: number; cursor?: string | undefined },
      as: Actor,
    ): Promise<Page<DeadLetter>> => {
      if (cursor !== undefined) decodeCursor(cursor, position);
      const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const pages = await Promise.all(
        Object.values(services).map((upstream) => upstream.call(deadLettersApi.list, { query, as })),
      );
      const letters = pages.flatMap(({ items }) => items).sort(newestFirst);
      const more = letters.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
      const items = letters.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: more && last ? encodeCursor([entryIdOf(last), last.stream]) : null };
    },

    replay: async (id: string, as: Actor): Promise<void> => {
      const group = id.split('.')[1] ?? '';
      const upstream = Object.hasOwn(services, group) ? services[group] : undefined;
      if (!upstream) throw new AppError('not_found');
      await upstream.call(deadLettersApi.replay, { params: { id }, as });
    },
  };
}
