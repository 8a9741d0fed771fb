import type { IncomingMessage, ServerResponse } from 'node:http';
import { authApi } from '@bramble/contracts/auth';
import { type Actor, userIdOf } from '@bramble/service-kit/base/actor';
import { AppError } from '@bramble/service-kit/base/errors';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { readCookie } from '@bramble/service-kit/http/cookies';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { type Account, toUser } from '../account/account';
import type { AccountService } from '../account/account.service';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import { clearSessionCookies, setSessionCookies, signInPlace } from '../session/session.http';
import type { SessionService, Tokens } from '../session/session.service';
import type { AuthService } from './auth.service';

const tokenAnswer = ({ accessToken, refreshToken, expiresIn }: Tokens) => ({
  accessToken,
  refreshToken,
  expiresIn,
  tokenType: 'Bearer' as const,
});

/** Sign-up, sign-in, refresh, sign-out and password reset. */
export const authRoutes = ({
  auth,
  accounts,
  sessions,
  demo,
}: {
  auth: AuthService;
  accounts: AccountService;
  sessions: SessionService<Account>;
  demo: DemoAccounts;
}): Mountable[] => {
  /** Signs the browser in and ends the session that it had before. */
  const enter = async (
    account: Account,
    { req, res, actor }: { req: IncomingMessage; res: ServerResponse; actor: Pick<Actor, 'secure'> },
  ) => {
    const tokens = await sessions.open(account, signInPlace(req));
    const replaced = readCookie(req, 'refresh', actor.secure);
    if (replaced !== undefined) await sessions.logoutBy(replaced);
    setSessionCookies(res, tokens, actor.secure);
    return { user: toUser(account) };
  };
  return [
    endpoint(authApi.signup, async ({ body, actor, req, res }) => {
      const account = await auth.signup(body, clientAddress(req));
      return enter(account, { req, res, actor });
    }),
    endpoint(authApi.login, async ({ body, actor, req, res }) => {
      const account = await auth.authenticate(body.email, body.password, clientAddress(req));
      return enter(account, { req, res, actor });
    }),
    endpoint(
      authApi.demoLogin,
      {
        find: () => (demo.on ? Promise.resolve(undefined) : Promise.reject(new AppError('not_found'))),
      },
      async ({ body, actor, req, res }) => {
        const account = await accounts.get(demo.idOf(body.role));
        if (account.disabled) throw new AppError('account_disabled');
        return enter(account, { req, res, actor });
      },
    ),
    endpoint(authApi.token, async ({ body, req }) =>
      tokenAnswer(
        await sessions.open(
          await auth.authenticate(body.email, body.password, clientAddress(req)),
          signInPlace(req),
        ),
      ),
    ),
    endpoint(authApi.refresh, async ({ body, actor, req, res }) => {
      if (body.refreshToken !== undefined) return tokenAnswer(await sessions.refresh(body.refreshToken));
      const cookie = readCookie(req, 'refresh', actor.secure);
      if (cookie === undefined) throw new AppError('unauthenticated');
      try {
        const { account, ...tokens } = await sessions.refresh(cookie);
        setSessionCookies(res, tokens, actor.secure);
        return { user: toUser(account) };
      } catch (error) {
        if (error instanceof AppError && error.code === 'session_ended')
          clearSessionCookies(res, actor.secure);
        throw error;
      }
    }),
    endpoint(authApi.logout, async ({ actor, req, res }) => {
      const refresh = readCookie(req, 'refresh', actor.secure);
      if (actor.sessionId !== undefined) await sessions.logout(userIdOf(actor), actor.sessionId);
      else if (refresh !== undefined) await sessions.logoutBy(refresh);
      else throw new AppError('unauthenticated');
      clearSessionCookies(res, actor.secure);
      return undefined;
    }),
    endpoint(authApi.forgotPassword, async ({ body, req }) => {
      await auth.requestReset(body.email, clientAddress(req));
      return undefined;
    }),
    endpoint(authApi.verifyEmail, async ({ body }) => {
      await auth.verifyEmail(body.token);
      return undefined;
    }),
    endpoint(authApi.resetPassword, async ({ body, req }) => {
      await auth.resetPassword(body.token, body.password, clientAddress(req));
      return undefined;
    }),
  ];
};
