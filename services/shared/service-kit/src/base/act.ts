import type { Operation, Role } from '@bramble/contracts/operation';
import type { Actor } from './actor';
import { type Act, currentContext } from './request-context';

/** What an act changed. */
export interface Change {
  /** The id of what was changed, or its code. */
  target: string;
  /** The user to whom it belongs; absent for what belongs to the shop. */
  owner?: string | undefined;
  /** The fields before; absent for what was made. */
  before?: object | undefined;
  /** The fields after; absent for what was deleted. */
  after?: object | undefined;
  /** The action, when it has another name than the operation at hand. */
  action?: string;
}

type Fields = NonNullable<ReturnType<typeof asJson>>;
export interface AuditRecord {
  target: string;
  actorId: string;
  address: string;
  action: string;
  before?: Fields | undefined;
  after?: Fields | undefined;
}

const staffRoles: readonly Role[] = ['admin', 'courier'];

/** The act of a request; undefined for one that only reads, or that nobody signed in has sent. */
export function actOf(
  { id, method, access }: Operation,
  { userId, roles }: Pick<Actor, 'userId' | 'roles'>,
  address: string,
): Act | undefined {
  if (method === 'get' || userId === null || access === 'anyone') return undefined;
  const isStaff = (role: Role) => staffRoles.includes(role) && roles.includes(role);
  const byStaff = access === 'service' ? roles.some(isStaff) : access !== 'user' && access.some(isStaff);
  return { action: id, actorId: userId, address, byStaff, recorded: false };
}

/**
 * The audit entry of a change made by the request at hand; undefined when it needs none: it comes from an event or a job,
 * or somebody without a staff role changed what is theirs.
 */
export function auditRecordOf({ target, owner, before, after, action }: Change): AuditRecord | undefined {
  const { act } = currentContext();
  if (!act || !(act.byStaff || (owner !== undefined && owner !== act.actorId))) return undefined;
  act.recorded = true;
  const fields = differing(asJson(before), asJson(after));
  return { target, actorId: act.actorId, address: act.address, action: action ?? act.action, ...fields };
}

const asJson = (fields: object | undefined) =>
  fields && (JSON.parse(JSON.stringify(fields)) as Record<string, JsonValue>);
type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Leaves out the fields that are the same before and after. */
function differing(
  before: Fields | undefined,
  after: Fields | undefined,
): { before?: Fields; after?: Fields } {
  if (!before || !after) return { ...(before && { before }), ...(after && { after }) };
  const isSame = (key: string) => JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const changedOf = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => !isSame(key)));
  return { before: changedOf(before), after: changedOf(after) };
}
