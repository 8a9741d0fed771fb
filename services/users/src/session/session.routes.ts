import { authApi } from '@bramble/contracts/auth';
import { usersApi } from '@bramble/contracts/users';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { clearSessionCookies } from './session.http';
import type { SessionService } from './session.service';

/** The sessions of the account that calls, and the session check for a gateway that cannot reach the denylist. */
export const sessionRoutes = (
  sessions: Pick<SessionService, 'states' | 'live' | 'endOne' | 'endAll'>,
): Mountable[] => [
  endpoint(authApi.sessions, async ({ actor }) => {
    const live = await sessions.live(userIdOf(actor), actor.sessionId);
    return {
      items: live.map(({ createdAt, usedAt, ...session }) => ({
        ...session,
        createdAt: createdAt.toISOString(),
        usedAt: usedAt.toISOString(),
        current: session.id === actor.sessionId,
      })),
    };
  }),
  endpoint(authApi.endSession, async ({ actor, params, res }) => {
    await sessions.endOne(userIdOf(actor), params.id, actor.sessionId);
    if (params.id === actor.sessionId) clearSessionCookies(res, actor.secure);
    return undefined;
  }),
  endpoint(authApi.endSessions, async ({ actor, res }) => {
    await sessions.endAll(userIdOf(actor));
    clearSessionCookies(res, actor.secure);
    return undefined;
  }),
  endpoint(usersApi.sessionStates, async ({ body }) => ({ good: await sessions.states(body.sessions) })),
];
