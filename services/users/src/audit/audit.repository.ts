import type { AuditEntry } from '@bramble/contracts/users';
import type { AuditRecord } from '@bramble/service-kit/base/act';
import type { SqlSession } from '@bramble/service-kit/stores/sql';

/** An entry to be written. Without an actor it comes from the command line, and `detail` names the operator. */
export interface NewAuditEntry extends Omit<AuditRecord, 'actorId' | 'address'> {
  id: string;
  at: string | Date;
  actorId: string | null;
  address: string | null;
  detail?: { operator: string };
}
export interface AuditFilter {
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
type Row = Omit<AuditEntry, 'at'> & { at: Date };

const INSERT = `INSERT INTO audit_entries (id, at, actor_id, address, action, subject, before, after, detail)
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[], $9::jsonb[])
  ON CONFLICT (id) DO NOTHING`;
const LIST = `SELECT id, at, actor_id AS "actorId", address, action, subject, detail, before, after FROM audit_entries
  WHERE ($1::uuid IS NULL OR actor_id = $1) AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR subject = $3)
    AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
    AND ($6::timestamptz IS NULL OR (at, id) < ($6, $7::uuid))
  ORDER BY at DESC, id DESC LIMIT $8`;

const json = (fields: object | undefined) => (fields === undefined ? null : JSON.stringify(fields));

/** The audit log, to which rows are added and of which none is changed. In the database or in one transaction. */
export function createAuditRepository(sql: SqlSession) {
  /** An entry that is there already stays as it is. */
  async function add(entries: readonly NewAuditEntry[]): Promise<void> {
    await sql.query({
      name: 'audit-add',
      text: INSERT,
      values: [
        entries.map(({ id }) => id),
        entries.map(({ at }) => at),
        entries.map(({ actorId }) => actorId),
        entries.map(({ address }) => address),
        entries.map(({ action }) => action),
        entries.map(({ target }) => target),
        entries.map(({ before }) => json(before)),
        entries.map(({ after }) => json(after)),
        entries.map(({ detail }) => json(detail ?? {})),
      ],
    });
  }

  /** Newest first. Entries of other services arrive a moment later, so that the order is by time and not by id. */
  async function list(
    { actor, action, target, from, to }: AuditFilter,
    after: readonly [at: string, id: string] | undefined,
    limit: number,
  ): Promise<Row[]> {
    const { rows } = await sql.query<Row>({
      name: 'audit-list',
      text: LIST,
      values: [
        ...[actor, action, target, from, to].map((value) => value ?? null),
        after?.[0] ?? null,
        after?.[1] ?? null,
        limit,
      ],
    });
    return rows;
  }

  return { add, list };
}
export type AuditRepository = ReturnType<typeof createAuditRepository>;
