import { z } from 'zod';
import { MAX_PASSWORD } from './limits';
import { operation } from './operation';
import { idParams, idSchema, timeSchema } from './page';
import { emailSchema, nameSchema, passwordSchema, userAnswer } from './users';

const signupBody = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: nameSchema,
  role: z.enum(['customer', 'seller']).optional(),
});
const loginBody = z.strictObject({ email: emailSchema, password: z.string().min(1).max(MAX_PASSWORD) });
const demoLoginBody = z.strictObject({ role: z.enum(['buyer', 'seller', 'admin']) });
/** The role of the demo account to sign in to. */
export type DemoRole = z.infer<typeof demoLoginBody>['role'];
const refreshBody = z.strictObject({ refreshToken: z.string().min(1).max(512).optional() });
/** An access token and a refresh token. `expiresIn` is the validity of the access token in seconds. */
const tokenAnswer = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int(),
  tokenType: z.literal('Bearer'),
});

/** A sign-in that is still alive. */
const sessionSchema = z.object({
  id: idSchema,
  device: z.string().nullable(),
  place: z.string().nullable(),
  createdAt: timeSchema,
  usedAt: timeSchema,
  current: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

const service = 'users';
const tag = 'accounts';

/** Operations for signing up, in and out, and for resetting the password. */
export const authApi = {
  signup: operation({
    id: 'signUp',
    method: 'post',
    path: '/api/auth/signup',
    aliases: ['/api/auth/register'],
    service,
    tag,
    summary: 'Open an account',
    description:
      'Makes an account and signs it in. A taken e-mail address is 409 `email_taken`; one of the 10,000 most common passwords, or the own name or address, is 400 `password_guessable`. The account may shop and sell before its address is confirmed.',
    access: 'anyone',
    body: signupBody,
    limit: 'signup',
    cookies: ['refresh'],
    anonymous: true,
    slow: true,
    responses: { 201: userAnswer },
  }),
  login: operation({
    id: 'signIn',
    method: 'post',
    path: '/api/auth/login',
    service,
    tag,
    summary: 'Sign in with cookies',
    description:
      'Sets the session cookies of a browser and ends the session that it had before. Too many wrong passwords are 429; a wrong password and an unknown address get the same answer.',
    access: 'anyone',
    body: loginBody,
    limit: 'login',
    cookies: ['refresh'],
    anonymous: true,
    slow: true,
    errors: ['bad_credentials'],
    responses: { 200: userAnswer },
  }),
  demoLogin: operation({
    id: 'signInToDemo',
    method: 'post',
    path: '/api/auth/demo-login',
    service,
    tag,
    summary: 'Sign in to a demo account',
    description: 'Only in demo mode: signs in as the demo buyer, seller or admin without a password.',
    access: 'anyone',
    body: demoLoginBody,
    limit: 'login',
    cookies: ['refresh'],
    anonymous: true,
    responses: { 200: userAnswer },
  }),
  token: operation({
    id: 'createTokens',
    method: 'post',
    path: '/api/auth/token',
    service,
    tag,
    summary: 'Get bearer tokens',
    description:
      'For programs: an access token for the `Authorization` header and a refresh token to get the next one.',
    access: 'anyone',
    body: loginBody,
    limit: 'token',
    anonymous: true,
    slow: true,
    errors: ['bad_credentials'],
    responses: { 200: tokenAnswer },
  }),
  refresh: operation({
    id: 'refreshTokens',
    method: 'post',
    path: '/api/auth/refresh',
    service,
    tag,
    summary: 'Rotate the refresh token',
    description:
      'Ends the refresh token that was sent and answers with a new one: as cookies to a browser, as JSON to a program. A token that was rotated before ends its whole family, except for 15 seconds after the rotation.',
    access: 'anyone',
    body: refreshBody,
    limit: 'account',
    cookies: ['refresh'],
    anonymous: true,
    errors: ['session_ended'],
    responses: { 200: z.union([userAnswer, tokenAnswer]) },
  }),
  logout: operation({
    id: 'signOut',
    method: 'post',
    path: '/api/auth/logout',
    service,
    tag,
    summary: 'End this session',
    description:
      'Ends the session at once; its access token is refused from the next call on. The refresh cookie alone is enough, so that an expired access token does not keep a session alive.',
    access: 'anyone',
    cookies: ['refresh'],
    errors: ['unauthenticated'],
    responses: { 204: null },
  }),
  sessions: operation({
    id: 'listSessions',
    method: 'get',
    path: '/api/auth/sessions',
    service,
    tag,
    summary: 'List the own sessions',
    description:
      'The sessions that are alive, the one last used first: the device (`User-Agent`) and address of the sign-in, and the last use, which is accurate to ten minutes. `current` marks the session of this call. A demo account lists that session alone.',
    access: 'user',
    responses: { 200: z.object({ items: z.array(sessionSchema) }) },
  }),
  endSession: operation({
    id: 'endSession',
    method: 'delete',
    path: '/api/auth/sessions/:id',
    service,
    tag,
    summary: 'End one of the own sessions',
    description: 'Its access token is refused from the next call on.',
    access: 'user',
    params: idParams,
    responses: { 204: null },
  }),
  endSessions: operation({
    id: 'endAllSessions',
    method: 'delete',
    path: '/api/auth/sessions',
    service,
    tag,
    summary: 'Sign out everywhere',
    description:
      'Ends all sessions of the account, this one too. A demo account belongs to all visitors: 409 `demo_account`.',
    access: 'user',
    responses: { 204: null },
  }),
  me: operation({
    id: 'getMe',
    method: 'get',
    path: '/api/auth/me',
    service,
    tag,
    summary: 'Read the account that is signed in',
    description: 'The account behind the session or token of this call.',
    access: 'user',
    responses: { 200: userAnswer },
  }),
  verifyEmail: operation({
    id: 'verifyEmail',
    method: 'post',
    path: '/api/auth/verify-email',
    service,
    tag,
    summary: 'Confirm an e-mail address',
    description: 'Takes the token of the link in the mail. An unknown or used token is 400 `token_invalid`.',
    access: 'anyone',
    body: z.strictObject({ token: z.string().min(1).max(1024) }),
    limit: 'account',
    anonymous: true,
    responses: { 204: null },
  }),
  forgotPassword: operation({
    id: 'requestPasswordReset',
    method: 'post',
    path: '/api/auth/forgot-password',
    service,
    tag,
    summary: 'Ask for a link to reset the password',
    description: 'The answer is the same for known and unknown addresses.',
    access: 'anyone',
    body: z.strictObject({ email: emailSchema }),
    limit: 'account',
    anonymous: true,
    responses: { 204: null },
  }),
  resetPassword: operation({
    id: 'resetPassword',
    method: 'post',
    path: '/api/auth/reset-password',
    service,
    tag,
    summary: 'Set a new password by a link',
    description:
      'Takes the token of the link in the mail and ends all sessions of the account. A common password is 400 `password_guessable`; the link stays valid.',
    access: 'anyone',
    body: z.strictObject({ token: z.string().min(1).max(1024), password: passwordSchema }),
    limit: 'account',
    anonymous: true,
    slow: true,
    responses: { 204: null },
  }),
};
