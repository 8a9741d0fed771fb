import { authApi } from '@bramble/contracts/auth';
import { usersApi } from '@bramble/contracts/users';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { readCookie } from '@bramble/service-kit/http/cookies';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { AppError } from '@bramble/service-kit/base/errors';
import { toUser } from '../account/account';
import type { AccountService } from '../account/account.service';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import type { KeyService } from '../keys/key.service';
import type { GuessLimits } from '../limits/guess-limits.service';
import type { MailService } from '../mail/mail.service';
import { clientAddress } from './client-address';
import { clearSessionCookies, setSessionCookies } from './session-cookies';
import type { SessionService, Tokens } from './session.service';

const tokenAnswer = ({ accessToken, refreshToken, expiresIn }: Tokens) => ({
  accessToken,
  refreshToken,
  expiresIn,
  tokenType: 'Bearer' as const,
});

/** Getting in, staying in, getting out. */
export const sessionRoutes = ({
  accounts,
  sessions,
  mail,
  keys,
  guesses,
  demo,
}: {
  accounts: AccountService;
  sessions: SessionService;
  mail: MailService;
  keys: KeyService;
  guesses: GuessLimits;
  demo: DemoAccounts;
}): Mountable[] => [
  endpoint(authApi.signup, async ({ body, actor, req, res }) => {
    const account = await accounts.signup(body, clientAddress(req));
    setSessionCookies(res, await sessions.open(account), actor.secure);
    return { user: toUser(account) };
  }),
  endpoint(authApi.login, async ({ body, actor, req, res }) => {
    const account = await accounts.authenticate(body.email, body.password, clientAddress(req));
    setSessionCookies(res, await sessions.open(account), actor.secure);
    return { user: toUser(account) };
  }),
  endpoint(
    authApi.demoLogin,
    {
      find: () => (demo.on ? Promise.resolve(undefined) : Promise.reject(new AppError('not_found'))),
    },
    async ({ body, actor, res }) => {
      const account = await accounts.get(demo.idOf(body.role));
      if (account.disabled) throw new AppError('account_disabled');
      setSessionCookies(res, await sessions.open(account), actor.secure);
      return { user: toUser(account) };
    },
  ),
  endpoint(authApi.token, async ({ body, req }) =>
    tokenAnswer(
      await sessions.open(await accounts.authenticate(body.email, body.password, clientAddress(req))),
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
      if (error instanceof AppError && error.code === 'session_ended') clearSessionCookies(res, actor.secure);
      throw error;
    }
  }),
  endpoint(authApi.logout, async ({ actor, res }) => {
    if (actor.sessionId !== undefined) await sessions.logout(userIdOf(actor), actor.sessionId);
    clearSessionCookies(res, actor.secure);
    return undefined;
  }),
  endpoint(authApi.forgotPassword, async ({ body, req }) => {
    await guesses.beforeMail(body.email, clientAddress(req));
    await mail.askReset(body.email);
    return undefined;
  }),
  endpoint(usersApi.keys, async () => ({ keys: await keys.published() })),
  endpoint(usersApi.sessionStates, async ({ body }) => ({ good: await sessions.states(body.sessions) })),
  endpoint(usersApi.mailJobs, async () => ({ items: await mail.owed() })),
  endpoint(usersApi.mailJobTaken, async ({ params }) => {
    await mail.taken(params.id);
    return undefined;
  }),
];
