import { authApi } from '@bramble/contracts/auth';
import { type Profile, usersApi } from '@bramble/contracts/users';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { setAccessCookie } from '../session/session.http';
import type { SessionService } from '../session/session.service';
import { type Account, toUser } from './account';
import type { AccountService } from './account.service';

/** Operations on one's own account. */
export const accountRoutes = ({
  accounts,
  sessions,
}: {
  accounts: AccountService;
  sessions: SessionService<Account>;
}): Mountable[] => [
  endpoint(authApi.me, async ({ actor }) => ({ user: toUser(await accounts.get(userIdOf(actor))) })),
  endpoint(usersApi.getProfile, async ({ actor }) => {
    const { profile, name } = await accounts.get(userIdOf(actor));
    return { profile: { ...profile, name } as Profile };
  }),
  endpoint(usersApi.putProfile, async ({ actor, body }) => ({
    profile: await accounts.saveProfile(userIdOf(actor), body),
  })),
  endpoint(usersApi.changePassword, async ({ actor, body, req, res }) => {
    const account = await accounts.changePassword(userIdOf(actor), body, {
      sessionId: actor.sessionId,
      address: clientAddress(req),
    });
    if (actor.sessionId !== undefined)
      setAccessCookie(res, await sessions.access(account, actor.sessionId), actor.secure);
    return undefined;
  }),
];
