import { z } from 'zod';
import { type DeadLetter, deadLettersApi } from '@bramble/contracts/gateway';
import { MAX_PAGE_LIMIT, type Page } from '@bramble/contracts/page';
import type { Actor } from '@bramble/service-kit/base/actor';
import { decodeCursor, encodeCursor } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { Upstream } from '@bramble/service-kit/http/client';

export type DeadLettersService = ReturnType<typeof createDeadLettersService>;

/** The position of a dead letter in every service's list: time, then event id, both downwards, then group. */
const position = z.tuple([z.string(), z.string(), z.string()]);
const positionOf = ({ id, failedAt, group }: DeadLetter) =>
  [failedAt, id.slice(id.lastIndexOf('.') + 1), group] as const;

/** By code units, as every service sorts. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
function newestFirst(a: DeadLetter, b: DeadLetter): number {
  const [at, id, group] = positionOf(a);
  const [otherAt, otherId, otherGroup] = positionOf(b);
  return compare(otherAt, at) || compare(otherId, id) || compare(group, otherGroup);
}

/** A command acts on as many letters as have one cause. */
const CAUSE_MS = 120_000;

interface PageOptions {
  limit: number;
  cursor?: string | undefined;
}

/**
 * The dead letters of all services as one list. All services sort alike, so one cursor serves all of them. When a
 * service is away the request fails, since a partial list would hide failures.
 */
export function createDeadLettersService({
  services,
  operator,
}: {
  /** The clients by the name of their consumer group. */
  services: Readonly<Record<string, Upstream>>;
  /** The person who runs a command, for the audit log; absent in the gateway, where an admin asks. */
  operator?: string;
}) {
  const query = operator === undefined ? {} : { operator };

  /** The service that has the letters of an id; `not_found` when there is none. */
  function ownerOf(id: string): Upstream {
    const group = id.split('.')[1] ?? '';
    const upstream = Object.hasOwn(services, group) ? services[group] : undefined;
    if (!upstream) throw new AppError('not_found');
    return upstream;
  }

  async function list({ limit, cursor }: PageOptions, as?: Actor): Promise<Page<DeadLetter>> {
    if (cursor !== undefined) decodeCursor(cursor, position);
    const input = {
      query: { limit, ...(cursor === undefined ? {} : { cursor }) },
      ...(as ? { as } : {}),
    };
    const pages = await Promise.all(
      Object.values(services).map((upstream) => upstream.call(deadLettersApi.list, input)),
    );
    const letters = pages.flatMap(({ items }) => items).sort(newestFirst);
    const more = letters.length > limit || pages.some(({ nextCursor }) => nextCursor !== null);
    const items = letters.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: more && last ? encodeCursor(positionOf(last)) : null };
  }

  async function listAll(): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: MAX_PAGE_LIMIT, cursor });
      letters.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return letters;
  }

  async function show(id: string): Promise<DeadLetter> {
    return (await ownerOf(id).call(deadLettersApi.show, { params: { id } })).letter;
  }

  async function replay(id: string, as?: Actor): Promise<void> {
    await ownerOf(id).call(deadLettersApi.replay, { params: { id }, query, ...(as ? { as } : {}) });
  }

  async function discard(id: string): Promise<void> {
    await ownerOf(id).call(deadLettersApi.discard, { params: { id }, query });
  }

  /** Answers how many letters of the cause were sent, and how many stay since they are no events. */
  async function replayCause(id: string): Promise<{ sent: number; left: number }> {
    const input = { params: { id }, query, timeoutMs: CAUSE_MS };
    const { letters, left = 0 } = await ownerOf(id).call(deadLettersApi.replayCause, input);
    return { sent: letters, left };
  }

  /** Answers how many letters there were of the cause. */
  async function discardCause(id: string): Promise<number> {
    const input = { params: { id }, query, timeoutMs: CAUSE_MS };
    return (await ownerOf(id).call(deadLettersApi.discardCause, input)).letters;
  }

  return { list, listAll, show, replay, discard, replayCause, discardCause };
}
