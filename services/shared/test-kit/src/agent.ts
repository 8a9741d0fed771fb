import { randomUUID } from 'node:crypto';
import supertest from 'supertest';
import type { Role } from '@bramble/contracts/operation';
import { internalTokenHeader, signInternalToken } from '@bramble/service-kit/base/internal-auth';
import type { Service } from '@bramble/service-kit/runtime/service';

/** The caller of a request. */
export interface TestActor {
  /** Null when nobody is signed in. */
  id: string | null;
  roles: readonly Role[];
  kind?: 'user' | 'service' | 'job';
  sessionId?: string;
  secure?: boolean;
}

export type Agent = ReturnType<typeof supertest.agent>;

/** A service that a test calls directly, without the gateway. */
interface Target {
  url: string;
  service: Pick<Service, 'name' | 'keys'>;
}

/** A new user with this role. */
export const userWith = (...roles: Role[]): TestActor => ({ id: randomUUID(), roles });
/** A visitor without a session, with a valid token of the gateway. */
export const anonymous: TestActor = { id: null, roles: [] };
/** Another service that calls for itself. */
export const service: TestActor = { id: null, roles: [], kind: 'service' };

/** The header of an internal token for this actor; valid for 60 s. */
function internalHeaders({ service }: Pick<Target, 'service'>, actor: TestActor): Record<string, string> {
  const kind = actor.kind ?? 'user';
  const token = signInternalToken(service.keys.toCall(service.name, kind), service.name, {
    sub: actor.id,
    roles: [...actor.roles],
    kind,
    secure: actor.secure ?? false,
    cid: randomUUID(),
    ...(actor.sessionId === undefined ? {} : { sid: actor.sessionId }),
  });
  return { [internalTokenHeader]: token };
}

/**
 * A supertest agent (it keeps cookies) whose requests carry an internal token for `who`: a role (a new user with that
 * role) or an actor.
 */
export function agentAs(target: Target, who: Role | TestActor): Agent {
  const actor = typeof who === 'string' ? userWith(who) : who;
  return supertest.agent(target.url).set(internalHeaders(target, actor));
}
