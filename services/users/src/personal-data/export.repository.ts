import type { Db } from '../db';

/** Everything that users holds of a person, except hashes of secrets. */
export function createExportRepository(db: Db) {
  async function read(userId: string): Promise<Record<string, unknown>> {
    const account = await db.user.findUniqueOrThrow({
      where: { id: userId },
      omit: { passwordHash: true, version: true, erasedAt: true, demoRoles: true },
    });
    const [sessions, mails, audit] = await Promise.all([
      db.session.findMany({ where: { userId }, omit: { userId: true }, orderBy: { createdAt: 'asc' } }),
      db.mailJob.findMany({
        where: { recipient: account.email },
        select: { kind: true, recipient: true, createdAt: true, takenAt: true },
        orderBy: { createdAt: 'asc' },
      }),
      db.auditEntry.findMany({
        where: { OR: [{ subject: userId }, { actorId: userId }] },
        omit: { id: true },
        orderBy: { at: 'asc' },
      }),
    ]);
    return { account, sessions, mails, audit };
  }

  return { read };
}
