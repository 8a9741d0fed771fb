import type { Operation, Role } from '@bramble/contracts/operation';
import type { Actor } from './actor';
import { type Act, currentContext } from './request-context';

/** A change, for its audit entry. */
export interface Change {
  /** The id of what was changed, or its code. */
  target: string;
  /** The user who owns the target; absent when the shop owns it. */
  owner?: string | undefined;
  /** The fields before the change; absent when the target was created. */
  before?: object | undefined;
  /** The fields after the change; absent when the target was deleted. */
  after?: object | undefined;
  /** The action, when it is not the id of the current operation. */
  action?: string;
  /** The person who does it with a command, as the operating system names this person; then nobody is signed in. */
  operator?: string | undefined;
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

type OperatorRecord = Omit<AuditRecord, 'actorId' | 'address'> & { operator: string };

const staffRoles: readonly Role[] = ['admin', 'courier'];

/** The act of a request; undefined for a request that only reads or has no signed-in caller. */
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
 * The audit entry of a change that the current request makes. Undefined when the change needs none: it comes from an event
 * or a job, or an account without a staff role changed something of its own.
 */
export function auditRecordOf({ target, owner, before, after, action }: Change): AuditRecord | undefined {
  const { act } = currentContext();
  if (!act || !(act.byStaff || (owner !== undefined && owner !== act.actorId))) return undefined;
  act.recorded = true;
  const fields = differing(asJson(before), asJson(after));
  return { target, actorId: act.actorId, address: act.address, action: action ?? act.action, ...fields };
}

/** The audit entry of what a person does with a command; undefined when no command does it. */
export function operatorRecordOf({
  target,
  before,
  after,
  action,
  operator,
}: Change): OperatorRecord | undefined {
  if (operator === undefined || action === undefined) return undefined;
  return { target, action, operator, ...differing(asJson(before), asJson(after)) };
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
