import { z } from 'zod';
import { idSchema, type Page, timeSchema } from '@bramble/contracts/page';
import type { AuditEntry } from '@bramble/contracts/users';
import { auditRecordOf, type Change, operatorRecordOf } from '@bramble/service-kit/base/act';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { newId } from '@bramble/service-kit/base/ids';
import type { AuditFilter, AuditRepository, NewAuditEntry } from './audit.repository';

const position = z.tuple([timeSchema, idSchema]);

export interface AuditQuery extends AuditFilter {
  limit: number;
  cursor?: string | undefined;
}

/** The entry of a change by the request at hand; an empty list when it needs none. */
export function auditEntries(change: Change): NewAuditEntry[] {
  const record = auditRecordOf(change);
  return record ? [{ ...record, id: newId(), at: new Date() }] : [];
}

/** The entry of what a person does with a command. */
export const operatorEntry = (
  operator: string,
  act: Pick<NewAuditEntry, 'action' | 'target' | 'before' | 'after'>,
): NewAuditEntry => ({
  id: newId(),
  at: new Date(),
  actorId: null,
  address: null,
  detail: { operator },
  ...act,
});

/** The audit log as admins read it. */
export function createAuditService(audit: AuditRepository) {
  async function list({ limit, cursor, ...filter }: AuditQuery): Promise<Page<AuditEntry>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, position);
    const rows = await audit.list(filter, after, limit + 1);
    const show = ({ at, ...row }: (typeof rows)[number]): AuditEntry => ({ ...row, at: at.toISOString() });
    return toPage(rows, limit, show, ({ at, id }) => [at.toISOString(), id]);
  }

  /** Writes an entry of its own, for a change that no transaction of the database makes. */
  function record(change: Change): Promise<void> {
    const done = operatorRecordOf(change);
    if (!done) return audit.add(auditEntries(change));
    const { operator, ...act } = done;
    return audit.add([operatorEntry(operator, act)]);
  }

  return { list, record };
}
export type AuditService = ReturnType<typeof createAuditService>;
