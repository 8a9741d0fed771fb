import { type OldRows, purge } from '@bramble/service-kit/stores/purge';
import type { Redis } from '@bramble/service-kit/stores/redis';
import type { Sql } from '@bramble/service-kit/stores/sql';
import type { Db } from '../db';
import type { PreparedLink } from '../link/link';
import type { LinkPurpose } from '../link/link';

export interface PendingMail {
  id: string;
  kind: LinkPurpose;
  recipient: string;
  linkId: string;
  createdAt: Date;
}
export type MailRepository = ReturnType<typeof createMailRepository>;

/** Wakes the mail service. A lost wake-up loses no mail, since the row in the database is the mail. */
const QUEUE = 'queue:emails';
const BATCH = 100;
/** Kept as long as the link of a mail works at most. */
export const oldMails: OldRows = {
  table: 'mail_jobs',
  by: 'coalesce(taken_at, created_at)',
  age: '7 days',
};

export function createMailRepository({ db, sql, redis }: { db: Db; sql: Sql; redis: Redis }) {
  /** Records the request, in the same way for known and unknown addresses. */
  async function request(id: string, kind: LinkPurpose, recipient: string): Promise<void> {
    await db.mailJob.create({ data: { id, kind, recipient } });
  }

  function requested(): Promise<{ id: string; kind: string; recipient: string }[]> {
    return db.mailJob.findMany({
      where: { readyAt: null },
      select: { id: true, kind: true, recipient: true },
      orderBy: { id: 'asc' },
      take: BATCH,
    });
  }

  /** Attaches the link to a requested mail. */
  async function makeReady(id: string, link: PreparedLink): Promise<void> {
    await db.$transaction([
      db.oneTimeLink.create({ data: link }),
      db.mailJob.update({ where: { id }, data: { linkId: link.id, readyAt: new Date() } }),
    ]);
  }

  async function drop(id: string): Promise<void> {
    await db.mailJob.deleteMany({ where: { id } });
  }

  async function wake(id: string): Promise<void> {
    await redis.lpush(QUEUE, JSON.stringify({ source: 'users', id }));
  }

  async function pending(): Promise<(PendingMail & { name: string })[]> {
    const rows = (await db.mailJob.findMany({
      where: { readyAt: { not: null }, takenAt: null },
      orderBy: { id: 'asc' },
      take: BATCH,
    })) as PendingMail[];
    const users = await db.user.findMany({
      where: { email: { in: rows.map((row) => row.recipient) } },
      select: { email: true, name: true },
    });
    const names = new Map(users.map(({ email, name }) => [email, name]));
    return rows.map((row) => ({ ...row, name: names.get(row.recipient) ?? '' }));
  }

  async function markTaken(id: string): Promise<boolean> {
    return (
      (await db.mailJob.updateMany({ where: { id, takenAt: null }, data: { takenAt: new Date() } })).count >
        0 || (await db.mailJob.count({ where: { id } })) > 0
    );
  }

  /** Deletes mails that were taken, and mails that nobody took: the link of any mail has expired by then. */
  const deleteOld = (signal?: AbortSignal) => purge(sql, oldMails, signal);

  return { request, requested, makeReady, drop, wake, pending, markTaken, deleteOld };
}
