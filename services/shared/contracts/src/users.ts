import { z } from 'zod';
import { MAX_NAME, MAX_PASSWORD, MAX_PHONE, MIN_PASSWORD } from './limits';
import { operation } from './operation';
import { idParams, idSchema, pageOf, pageQuery, timeSchema } from './page';

export const roleSchema = z.enum(['customer', 'seller', 'courier', 'admin']);

/** The public fields of an account, without its password hash. */
export const userSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  roles: z.array(roleSchema),
  createdAt: timeSchema,
});
export type User = z.infer<typeof userSchema>;

/** The fields of an account that an admin sees. */
export const adminUserSchema = userSchema.extend({
  disabled: z.boolean(),
  emailVerified: z.boolean(),
  /** When the account was erased; nothing of the person is left in it. */
  erasedAt: timeSchema.optional(),
});
export type AdminUser = z.infer<typeof adminUserSchema>;

/** An e-mail address; compared without regard to case, stored in lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());

export const passwordSchema = z.string().min(MIN_PASSWORD).max(MAX_PASSWORD);
export const nameSchema = z.string().trim().min(1).max(MAX_NAME);

/** Known fields have a schema; other keys may hold any JSON, 16 kB in all. */
export const profileSchema = z
  .object({
    name: nameSchema.optional(),
    phone: z.string().trim().max(MAX_PHONE).optional(),
    bio: z.string().max(2000).optional(),
    locale: z.string().max(35).optional(),
    theme: z.enum(['light', 'dark', 'system']).optional(),
    avatar: z.string().max(512).optional(),
  })
  .catchall(z.json())
  .refine((profile) => JSON.stringify(profile).length <= 16_384, 'at most 16 kB');
export type Profile = z.infer<typeof profileSchema>;

/** The answer with one account. */
export const userAnswer = z.object({ user: userSchema });
const profileAnswer = z.object({ profile: profileSchema });
const adminUserAnswer = z.object({ user: adminUserSchema });

const auditFields = z.record(z.string(), z.json());
/**
 * `actorId` is null for the command line. `before` and `after` hold the fields that differ, and one of them is null for
 * what was made or deleted.
 */
export const auditEntrySchema = z.object({
  id: idSchema,
  at: timeSchema,
  actorId: idSchema.nullable(),
  action: z.string(),
  subject: z.string(),
  detail: auditFields,
  address: z.string().nullable(),
  before: auditFields.nullable(),
  after: auditFields.nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** A mail to send; `to` is an address, `name` a person's name. */
const mailJobSchema = z.object({
  id: idSchema,
  kind: z.enum(['verify-email', 'reset-password']),
  to: z.string(),
  name: z.string(),
  path: z.string(),
  createdAt: timeSchema,
});
export type MailJob = z.infer<typeof mailJobSchema>;

const service = 'users';
const tag = 'accounts';
export const usersApi = {
  getProfile: operation({
    id: 'getProfile',
    method: 'get',
    path: '/api/users/me/profile',
    service,
    tag,
    summary: 'Read the profile',
    description: 'The free-form profile of the account that calls.',
    access: 'user',
    responses: { 200: profileAnswer },
  }),
  putProfile: operation({
    id: 'replaceProfile',
    method: 'put',
    path: '/api/users/me/profile',
    service,
    tag,
    summary: 'Replace the profile',
    description: 'Known fields are checked, any other key may hold any JSON; 16 kB in all.',
    access: 'user',
    body: profileSchema,
    responses: { 200: profileAnswer },
  }),
  changePassword: operation({
    id: 'changePassword',
    method: 'post',
    path: '/api/users/me/password',
    service,
    tag,
    summary: 'Change the password',
    description:
      'Asks for the present password and ends all other sessions. A common password is 400 `password_guessable`. A demo account keeps its password: 409 `demo_account`.',
    access: 'user',
    body: z.strictObject({
      currentPassword: z.string().min(1).max(MAX_PASSWORD),
      newPassword: passwordSchema,
    }),
    limit: 'account',
    slow: true,
    responses: { 204: null },
  }),
  eraseMe: operation({
    id: 'eraseMyAccount',
    method: 'delete',
    path: '/api/users/me',
    service,
    tag,
    summary: 'Erase my account',
    description:
      'The account is gone for good. Asks for the password: without it, or with a wrong one, the answer is 403 `confirmation_required`. A demo account cannot be erased: 409 `demo_account`.',
    access: 'user',
    body: z.strictObject({ password: z.string().max(MAX_PASSWORD).optional() }),
    limit: 'account',
    errors: ['confirmation_required'],
    slow: true,
    responses: { 204: null },
  }),
  list: operation({
    id: 'listUsers',
    method: 'get',
    path: '/api/users',
    service,
    tag,
    summary: 'List accounts',
    description: 'For admins: all accounts, or those whose e-mail address or name holds `q`.',
    access: ['admin'],
    query: z.strictObject({ q: z.string().max(100).optional(), ...pageQuery }),
    responses: { 200: pageOf(adminUserSchema) },
  }),
  get: operation({
    id: 'getUser',
    method: 'get',
    path: '/api/users/:id',
    service,
    tag,
    summary: 'Read an account',
    description: 'The own account; admins read any.',
    access: 'user',
    params: idParams,
    responses: { 200: adminUserAnswer },
  }),
  patch: operation({
    id: 'changeUser',
    method: 'patch',
    path: '/api/users/:id',
    service,
    tag,
    summary: 'Change the roles of an account, disable or enable it',
    description: 'Works from the next call of that account on.',
    access: ['admin'],
    params: idParams,
    body: z.strictObject({
      roles: z.array(roleSchema).min(1).max(4).optional(),
      disabled: z.boolean().optional(),
    }),
    responses: { 200: adminUserAnswer },
  }),
  /** Confirms the identity of the actor: by the password, or by a session that has just begun. */
  confirm: operation({
    id: 'confirmPerson',
    method: 'post',
    path: '/internal/confirmations',
    service,
    tag,
    summary: 'Check the password of the actor',
    access: 'service',
    body: z.strictObject({ password: z.string().max(MAX_PASSWORD).optional() }),
    errors: ['confirmation_required'],
    slow: true,
    responses: { 204: null },
  }),
  audit: operation({
    id: 'listAuditEntries',
    method: 'get',
    path: '/api/admin/audit',
    service,
    tag,
    summary: 'List what staff did',
    description:
      'Newest first. `action` is the id of an operation, `target` the id or code of what was changed, and `from` (included) and `to` (not included) are times. With `format=csv`, or when `text/csv` is asked for, the page is a table, and `x-next-cursor` is the cursor of the next one.',
    access: ['admin'],
    query: z.strictObject({
      actor: idSchema.optional(),
      action: z.string().max(100).optional(),
      target: z.string().max(200).optional(),
      from: timeSchema.optional(),
      to: timeSchema.optional(),
      format: z.enum(['json', 'csv']).optional(),
      ...pageQuery,
    }),
    responses: { 200: pageOf(auditEntrySchema) },
  }),
  /** Whether these sessions are valid, by users' database; for the gateway while Redis is away. */
  sessionStates: operation({
    id: 'checkSessions',
    method: 'post',
    path: '/internal/sessions/states',
    service,
    tag,
    summary: 'Tell which sessions are still good',
    access: 'service',
    body: z.strictObject({
      sessions: z.array(z.strictObject({ id: idSchema, userId: idSchema, version: z.int() })).max(500),
    }),
    responses: { 200: z.object({ good: z.array(z.boolean()) }) },
  }),
  /** Mails to send, oldest first. `path` is the storefront's page that the mail links to. */
  mailJobs: operation({
    id: 'listMailJobs',
    method: 'get',
    path: '/internal/mail-jobs',
    service,
    tag,
    summary: 'Mails to be sent',
    access: 'service',
    responses: { 200: z.object({ items: z.array(mailJobSchema) }) },
  }),
  mailJobTaken: operation({
    id: 'acknowledgeMailJob',
    method: 'post',
    path: '/internal/mail-jobs/:id/taken',
    service,
    tag,
    summary: 'Record that another service keeps this mail now',
    access: 'service',
    params: idParams,
    responses: { 204: null },
  }),
  /** The public signing keys as a JWK set, for the gateway. */
  keys: operation({
    id: 'listSigningKeys',
    method: 'get',
    path: '/internal/keys',
    service,
    tag,
    summary: 'Signing keys',
    access: 'service',
    polled: true,
    responses: { 200: z.object({ keys: z.array(z.record(z.string(), z.json())) }) },
  }),
};
