import type { Role } from '@bramble/contracts/operation';
import { AppError } from './errors';

/** Who a request acts for. `secure`: the browser's connection is https. */
export interface Actor {
  userId: string | null;
  roles: readonly Role[];
  sessionId?: string | undefined;
  kind: 'user' | 'service' | 'job';
  secure: boolean;
}

/** True when the actor has the admin role. */
export const isAdmin = ({ roles }: Pick<Actor, 'roles'>): boolean => roles.includes('admin');

/** The caller's user id; throws `unauthenticated` without one. */
export function userIdOf(actor: Actor): string {
  if (actor.userId === null) throw new AppError('unauthenticated');
  return actor.userId;
}
