import { type OldRows, purge } from '@bramble/service-kit/stores/purge';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { Db } from '../db';
import type { LinkPurpose } from './link';

export type LinkRepository = ReturnType<typeof createLinkRepository>;

/** Links that expired the day before. */
export const oldLinks: OldRows = { table: 'one_time_links', by: 'expires_at', age: '1 day' };

export function createLinkRepository({ db, sql }: { db: Db; sql: Sql }) {
  /** Uses a link and answers its user id; undefined when the link is used, expired or unknown. */
  async function use(id: string, purpose: LinkPurpose): Promise<string | undefined> {
    const [link] = await db.oneTimeLink.updateManyAndReturn({
      where: { id, purpose, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
      select: { userId: true },
    });
    return link?.userId;
  }

  /** The user id of a link that can still be used. */
  async function ownerOf(id: string, purpose: LinkPurpose): Promise<string | undefined> {
    const link = await db.oneTimeLink.findFirst({
      where: { id, purpose, usedAt: null, expiresAt: { gt: new Date() } },
      select: { userId: true },
    });
    return link?.userId;
  }

  async function invalidateAll(userId: string, purpose: LinkPurpose): Promise<void> {
    await db.oneTimeLink.updateMany({
      where: { userId, purpose, usedAt: null },
      data: { usedAt: new Date() },
    });
  }

  const deleteOld = (signal?: AbortSignal) => purge(sql, oldLinks, signal);

  return { use, ownerOf, invalidateAll, deleteOld };
}
