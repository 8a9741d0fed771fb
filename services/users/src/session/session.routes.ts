import { usersApi } from '@bramble/contracts/users';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { SessionService } from './session.service';

/** The session check for a gateway that cannot reach the denylist. */
export const sessionRoutes = (sessions: Pick<SessionService, 'states'>): Mountable[] => [
  endpoint(usersApi.sessionStates, async ({ body }) => ({ good: await sessions.states(body.sessions) })),
];
