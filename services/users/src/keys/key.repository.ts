import type { NewAuditEntry } from '../audit/audit.repository';
import type { Db } from '../db';

export type KeyState = 'next' | 'current' | 'retired';

export interface StoredKey {
  kid: string;
  publicJwk: Record<string, string>;
  privateKey: Uint8Array;
  state: KeyState;
}
export interface KeyChange {
  remove?: string[];
  retire?: string[];
  promote?: string;
  add: StoredKey[];
  /** The entry of the operator who changes the keys. */
  audit?: NewAuditEntry;
}
export type KeyRepository = ReturnType<typeof createKeyRepository>;

/** The number of the advisory lock for changes of the key set. */
const LOCK = 4_730_001;
/** How long a retired key stays published: longer than any token that it signed is valid. */
const KEEP_RETIRED_MS = 3_600_000;

/** An audit entry as Prisma stores it, so that it is committed with the change of the keys. */
const toRow = ({ target: subject, detail, before, after, ...entry }: NewAuditEntry) => ({
  ...entry,
  subject,
  detail: detail ?? {},
  ...(before ? { before } : {}),
  ...(after ? { after } : {}),
});

export function createKeyRepository(db: Db) {
  const usable = (tx: Pick<Db, 'signingKey'>) =>
    tx.signingKey
      .findMany({
        where: {
          OR: [{ state: { not: 'retired' } }, { retiredAt: { gt: new Date(Date.now() - KEEP_RETIRED_MS) } }],
        },
        orderBy: { createdAt: 'asc' },
      })
      .then((rows) => rows as unknown as StoredKey[]);

  /** Those of `kids` that are not stored any more; a retired key stays. */
  async function withoutRow(kids: readonly string[]): Promise<string[]> {
    const rows = await db.signingKey.findMany({ where: { kid: { in: [...kids] } }, select: { kid: true } });
    return kids.filter((kid) => !rows.some((row) => row.kid === kid));
  }

  /**
   * Runs `plan` on the usable keys under the lock, stores the changes it returns, and answers the usable keys. A removed
   * key is no longer published.
   */
  function change(plan: (keys: StoredKey[]) => Promise<KeyChange>): Promise<StoredKey[]> {
    return db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
      const { remove = [], retire = [], promote, add, audit } = await plan(await usable(tx as unknown as Db));
      if (remove.length > 0) await tx.signingKey.deleteMany({ where: { kid: { in: remove } } });
      if (retire.length > 0)
        await tx.signingKey.updateMany({
          where: { kid: { in: retire } },
          data: { state: 'retired', retiredAt: new Date() },
        });
      if (promote !== undefined)
        await tx.signingKey.update({ where: { kid: promote }, data: { state: 'current' } });
      for (const key of add)
        await tx.signingKey.create({ data: { ...key, privateKey: new Uint8Array(key.privateKey) } });
      if (audit) await tx.auditEntry.create({ data: toRow(audit) });
      return usable(tx as unknown as Db);
    });
  }

  return { usable: () => usable(db), withoutRow, change };
}
