import { authApi } from '@bramble/contracts/auth';
import { usersApi, type Profile } from '@bramble/contracts/users';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { setCookie } from '@bramble/service-kit/http/cookies';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { ACCESS_TOKEN_SECONDS } from '@bramble/contracts/sessions';
import { clientAddress } from '../session/client-address';
import { clearSessionCookies } from '../session/session-cookies';
import type { SessionService } from '../session/session.service';
import { toUser } from './account';
import type { AccountService } from './account.service';

/** What one does with one's own account. */
export const accountRoutes = ({
  accounts,
  sessions,
}: {
  accounts: AccountService;
  sessions: SessionService;
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
      setAccess(res, await sessions.access(account, actor.sessionId), actor.secure);
    return undefined;
  }),
  endpoint(usersApi.exportMe, async ({ actor }) => {
    const dossier = await accounts.dossier(userIdOf(actor));
    return dossierSchema.parse(JSON.parse(JSON.stringify(dossier)));
  }),
  endpoint(usersApi.eraseMe, async ({ actor, res }) => {
    await accounts.erase(userIdOf(actor));
    clearSessionCookies(res, actor.secure);
    return undefined;
  }),
  endpoint(authApi.verifyEmail, async ({ body }) => {
    await accounts.verifyEmail(body.token);
    return undefined;
  }),
  endpoint(authApi.resetPassword, async ({ body }) => {
    await accounts.resetPassword(body.token, body.password);
    return undefined;
  }),
];

const dossierSchema = z.record(z.string(), z.json());

/** The session goes on, its access token is new. */
const setAccess = (res: ServerResponse, token: string, secure: boolean) =>
  setCookie(res, 'access', token, { secure, maxAgeSeconds: ACCESS_TOKEN_SECONDS });
