import { authApi } from '@bramble/contracts/auth';
import {
  adminUserSchema,
  auditEntrySchema,
  profileSchema,
  userAnswer,
  usersApi,
  userSchema,
} from '@bramble/contracts/users';
import { describeFields } from './describe-fields';
import { pageOfTexts, pageTexts, presentPassword } from './shared';

const userTexts = {
  id: 'The id of the account, which orders, products and audit entries refer to.',
  email: 'The address to sign in with, in lower case; only the account itself and admins see it.',
  name: 'What the shop calls the person; only the account itself and admins see it.',
  roles: 'What the account may do: a new one is a `customer`, and a `seller` too if it asked for that.',
  createdAt: 'When the account was opened, in UTC.',
};
const credentialTexts = {
  email: 'The address of the account; capitals do not matter.',
  password:
    'The password of the account. Its rules are not checked here, so that older passwords stay valid.',
};
const newPassword =
  'At least 8 characters of any kind. A common password, or one made of the own name or address, is refused.';
const linkToken = (life: string) => `The token in the link of the mail; it works once, and for ${life}.`;

export const userFields = [
  describeFields(userSchema, userTexts),
  describeFields(userAnswer, {
    user: 'The account that is signed in after this call, as it sees itself.',
  }),
  describeFields(adminUserSchema, {
    ...userTexts,
    disabled: 'True while an admin keeps the account from signing in; its access tokens are refused too.',
    emailVerified:
      'True once the link of the first mail was followed; shopping and selling do not wait for it.',
    erasedAt: 'When the account was erased; absent for all others. Name and address are then placeholders.',
  }),
  describeFields(authApi.signup.body, {
    email: 'The address to sign in with, at which no account exists yet. It is kept in lower case.',
    password: newPassword,
    name: 'What the shop calls the person, in mails too; spaces around it are dropped.',
    role: '`seller` to offer products from the start; without it the account is a `customer`.',
  }),
  describeFields(authApi.login.body, credentialTexts),
  describeFields(authApi.demoLogin.body, {
    role: 'Which of the three demo accounts to use; all visitors share them.',
  }),
  describeFields(authApi.refresh.body, {
    refreshToken: 'The refresh token of a program; a browser leaves it out, since its cookie has the token.',
  }),
  describeFields(authApi.token.responses[200], {
    accessToken: 'A JWT for the header `Authorization: Bearer`; to be passed on unread.',
    refreshToken: 'What `POST /api/auth/refresh` takes; it works once, and its answer holds the next one.',
    expiresIn: 'Seconds until the access token expires.',
    tokenType: 'How the access token is sent; always `Bearer`.',
  }),
  describeFields(authApi.sessions.responses[200], {
    items: 'The sessions that are alive, the one last used first; not in pages.',
  }),
  describeFields(authApi.sessions.responses[200].shape.items.element, {
    id: 'The id of the session, with which it can be ended.',
    device: 'The beginning of the `User-Agent` header of the sign-in; null when there was none.',
    place: 'The IP address of the sign-in; null when it was not known.',
    createdAt: 'When the session began, in UTC.',
    usedAt:
      'When the session last got an access token, so it lags behind the last call by up to ten minutes.',
    current: 'True for the session of this very call.',
  }),
  describeFields(authApi.verifyEmail.body, { token: linkToken('seven days') }),
  describeFields(authApi.forgotPassword.body, {
    email: 'The address of the account; nothing tells whether there is one, but only then a mail is sent.',
  }),
  describeFields(authApi.resetPassword.body, {
    token: linkToken('one hour'),
    password: newPassword,
  }),
  describeFields(usersApi.changePassword.body, {
    currentPassword: 'The password until now, so that an unattended browser cannot change it.',
    newPassword,
  }),
  describeFields(usersApi.eraseMe.body, { password: presentPassword }),
  describeFields(profileSchema, {
    name: 'The name of the account: another one here changes `User.name`, and without it the name stays.',
    phone: 'A telephone number as the person writes it; nobody checks or calls it.',
    bio: 'A text about the person, which is not shown to others.',
    locale: 'The language that a client should use, as a BCP 47 tag such as `en-GB`.',
    theme: 'The colours that a client should use; `system` follows the device.',
    avatar: 'The URL of a picture for clients; the shop neither loads nor checks it.',
  }),
  describeFields(usersApi.getProfile.responses[200], {
    profile: 'The profile as it was last stored; empty for a new account.',
  }),
  describeFields(usersApi.putProfile.responses[200], {
    profile:
      'The profile as it is stored now: spaces around `name` and `phone` are dropped, all else is as it was sent.',
  }),
  describeFields(usersApi.list.query, {
    ...pageTexts,
    q: 'A part of the e-mail address or of the name; without it all accounts are listed.',
  }),
  describeFields(usersApi.list.responses[200], pageOfTexts('Accounts, erased and disabled ones included.')),
  describeFields(usersApi.get.responses[200], {
    user: 'The account with what only itself and admins see.',
  }),
  describeFields(usersApi.patch.body, {
    roles: 'All roles that the account has from now on; absent to leave them as they are.',
    disabled: 'True ends all sessions of the account at once; false lets it sign in again.',
  }),
  describeFields(auditEntrySchema, {
    id: 'The id of the entry; for an act in another service, that of the event that told of it.',
    at: 'When the act happened, in UTC.',
    actorId: 'The account that did it; null for a command on the server, whose operator is in `detail`.',
    action: 'The id of the operation, such as `changeUser`; acts of commands have names with a dot.',
    subject: 'The id of what was changed, or the code of a discount.',
    detail: 'What else is known of the act, such as the `operator` of a command; mostly empty.',
    address: 'The IP address that the request came from; null for a command.',
    before: 'The fields that differ, with their former values; null for what was made.',
    after: 'The same fields with their new values; null for what was deleted.',
  }),
  describeFields(usersApi.audit.query, {
    ...pageTexts,
    actor: 'Only what this account did.',
    action: 'Only acts with exactly this `action`.',
    target: 'Only acts on this `subject`, an id or a code.',
    from: 'Only acts at this time or later.',
    to: 'Only acts before this time, which is itself not included.',
    format: '`csv` answers with a table instead of JSON, as `Accept: text/csv` does.',
  }),
  describeFields(usersApi.audit.responses[200], pageOfTexts('Audit entries, newest first.')),
];
