import type { Db } from '../db';
import type { LinkPurpose } from './link';

export type LinkRepository = ReturnType<typeof createLinkRepository>;

export function createLinkRepository(db: Db) {
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

  async function purge(): Promise<void> {
    await db.oneTimeLink.deleteMany({ where: { expiresAt: { lt: new Date(Date.now() - 86_400_000) } } });
  }

  return { use, ownerOf, invalidateAll, purge };
}
