import { usersApi } from '@bramble/contracts/users';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { SessionService } from './session.service';

/** What the gateway asks while it cannot reach the denylist. */
export const sessionRoutes = (sessions: Pick<SessionService, 'states'>): Mountable[] => [
  endpoint(usersApi.sessionStates, async ({ body }) => ({ good: await sessions.states(body.sessions) })),
];
