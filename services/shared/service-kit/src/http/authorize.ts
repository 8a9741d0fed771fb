import type { IncomingMessage } from 'node:http';
import type { Operation } from '@bramble/contracts/operation';
import type { Actor } from '../base/actor';
import { AppError } from '../base/errors';
import { actorOf, internalTokenHeader, verifyInternalToken } from '../base/internal-auth';
import { logSecurity } from '../observe/security-log';
import type { Service } from '../runtime/service';

/**
 * Checks the caller and its access. 401 without a valid internal token or, where one is required, without a session;
 * 403 when the role is missing. What users call is for the gateway alone, which forwards their requests: a service that
 * names a user is 403, so that its key does not act as an admin. A job passes only if the operation allows it.
 */
export function authorize(
  service: Pick<Service, 'name' | 'keys' | 'log'>,
  operation: Pick<Operation, 'id' | 'access' | 'jobs'>,
  req: IncomingMessage,
): Actor {
  const token = req.headers[internalTokenHeader];
  const claims =
    typeof token === 'string' ? verifyInternalToken(service.keys.own(), service.name, token) : undefined;
  if (!claims)
    throw new AppError('unauthenticated', { detail: 'this service answers only through the gateway' });
  const actor = actorOf(claims);
  const { access, jobs = false } = operation;
  if (access === 'anyone') return actor;
  if (access === 'service') {
    if (actor.kind === 'user' || (actor.kind === 'job' && !jobs)) throw new AppError('forbidden');
    return actor;
  }
  if (jobs && actor.kind !== 'user' && actor.userId === null) return actor;
  if (actor.userId === null) throw new AppError('unauthenticated');
  const hasRole = access === 'user' || access.some((role) => actor.roles.includes(role));
  if (actor.kind !== 'user' || !hasRole) {
    const { userId, sessionId, roles } = actor;
    const who = { user_id: userId, session_id: sessionId, roles };
    logSecurity(service.log, 'permission_refused', { ...who, operation: operation.id });
    throw new AppError('forbidden');
  }
  return actor;
}
