import { z } from 'zod';
import { productSchema } from './catalog';
import { MAX_PASSWORD } from './limits';
import { operation } from './operation';
import { orderSchema } from './orders';
import { pageOf, pageQuery, timeSchema } from './page';
import { personalDataSchema } from './personal-data';
import { profileSchema, userSchema } from './users';

export const healthSchema = z.object({
  status: z.enum(['ok', 'starting', 'degraded']),
  services: z.record(z.string(), z.enum(['up', 'down'])),
});

/** The answer of `/` to programs; browsers get the storefront. `links` are paths. */
const welcomeSchema = z.object({
  name: z.string(),
  version: z.string(),
  links: z.record(z.string(), z.string()),
});

/** A part that could not be fetched in time is null (or empty), and its name is in `degraded`. */
const dashboardSchema = z.object({
  profile: z.object({ user: userSchema, profile: profileSchema }).nullable(),
  recommended: z.array(productSchema),
  recentOrders: z.array(orderSchema),
  degraded: z.array(z.enum(['profile', 'recommended', 'recentOrders'])),
});

/**
 * `id` names one dead letter across all services: `<stream>.<group>.<event id>`. `cause` is its error without ids and numbers;
 * letters of the same stream, group, type and cause have the same `causeId`, `<stream>.<group>.<hash>`.
 */
export const deadLetterSchema = z.object({
  id: z.string(),
  stream: z.string(),
  group: z.string(),
  eventId: z.string(),
  type: z.string(),
  key: z.string(),
  attempts: z.int(),
  error: z.string(),
  failedAt: timeSchema,
  payload: z.json(),
  cause: z.string().optional(),
  causeId: z.string().optional(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
const deadLetterParams = z.strictObject({ id: z.string().regex(/^[a-z_]+\.[a-z]+\.[\da-fA-F-]+$/) });

const EXPORTED =
  'One JSON document with what every service holds: account, sessions, mails, orders, payments, deliveries, products. When a service does not answer, nothing is exported and the answer is 503.';

export const gatewayApi = {
  welcome: operation({
    id: 'getWelcome',
    method: 'get',
    path: '/',
    service: 'gateway',
    tag: 'shop',
    summary: 'Name, version and links',
    description: 'JSON for programs; a browser that asks for HTML gets the storefront.',
    access: 'anyone',
    responses: { 200: welcomeSchema },
  }),
  health: operation({
    id: 'getHealth',
    method: 'get',
    path: '/api/health',
    service: 'gateway',
    tag: 'shop',
    summary: 'Read the health of the shop',
    description: '200 when every part is up; 503 while the shop starts, and later while a part is down.',
    access: 'anyone',
    responses: { 200: healthSchema, 503: healthSchema },
  }),
  openApi: operation({
    id: 'getOpenApi',
    method: 'get',
    path: '/api/openapi.json',
    service: 'gateway',
    tag: 'shop',
    summary: 'This contract as an OpenAPI document',
    description: 'OpenAPI 3.1 in JSON.',
    access: 'anyone',
    responses: { 200: z.record(z.string(), z.json()) },
  }),
  docs: operation({
    id: 'getDocs',
    method: 'get',
    path: '/api/docs',
    service: 'gateway',
    tag: 'shop',
    summary: 'This contract as a page',
    description: 'The same contract to read and to try.',
    access: 'anyone',
    produces: 'text/html',
    responses: { 200: z.string() },
  }),
  docsFile: operation({
    id: 'getDocsFile',
    method: 'get',
    path: '/api/docs/:file',
    service: 'gateway',
    tag: 'shop',
    summary: 'A file of the page of this contract',
    description: 'Scripts and styles of Swagger UI, served by the shop itself.',
    access: 'anyone',
    params: z.strictObject({ file: z.enum(['open.js', 'swagger-ui-bundle.js', 'swagger-ui.css']) }),
    produces: '*/*',
    responses: { 200: z.unknown() },
  }),
  dashboard: operation({
    id: 'getDashboard',
    method: 'get',
    path: '/api/dashboard',
    service: 'gateway',
    tag: 'shop',
    summary: 'Profile, recommended products and recent orders',
    description: 'A part whose service is away is empty, and its name is in `degraded`.',
    access: 'user',
    responses: { 200: dashboardSchema },
  }),
  exportMe: operation({
    id: 'exportMyData',
    method: 'get',
    path: '/api/users/me/export',
    service: 'gateway',
    tag: 'accounts',
    summary: 'Export everything kept about me',
    description: `${EXPORTED} For sessions that began in the last ten minutes; any other one gets 403 \`confirmation_required\`, and exports with the password.`,
    access: 'user',
    limit: 'account',
    errors: ['confirmation_required'],
    slow: true,
    responses: { 200: personalDataSchema },
  }),
  exportMeConfirmed: operation({
    id: 'exportMyDataWithPassword',
    method: 'post',
    path: '/api/users/me/export',
    service: 'gateway',
    tag: 'accounts',
    summary: 'Export everything kept about me, with the password',
    description: `${EXPORTED} With a wrong password, or without one, the answer is 403 \`confirmation_required\`.`,
    access: 'user',
    body: z.strictObject({ password: z.string().max(MAX_PASSWORD).optional() }),
    limit: 'account',
    errors: ['confirmation_required'],
    slow: true,
    responses: { 200: personalDataSchema },
  }),
  deadLetters: operation({
    id: 'listDeadLetters',
    method: 'get',
    path: '/api/admin/dead-letters',
    service: 'gateway',
    tag: 'operations',
    summary: 'List the events that failed for good',
    description:
      'Dead letters of all services, newest first. When a service does not answer the whole list is an error, so that no failure is hidden.',
    access: ['admin'],
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  replayDeadLetter: operation({
    id: 'replayDeadLetter',
    method: 'post',
    path: '/api/admin/dead-letters/:id/replay',
    service: 'gateway',
    tag: 'operations',
    summary: 'Handle a dead letter again',
    description:
      'Gives the event back to the consumer that gave it up. What is no event at all cannot be handled again: that is a `conflict`.',
    access: ['admin'],
    params: deadLetterParams,
    errors: ['conflict'],
    responses: { 204: null },
  }),
};

/** How many letters were sent or deleted. `left`: those that stay, as they are no events and can only be discarded. */
const lettersOfCause = z.object({ letters: z.int(), left: z.int().optional() });

/** The person who runs a command, as the operating system names this person; absent when an admin asks. */
const byOperator = z.strictObject({ operator: z.string().min(1).max(200).optional() });

/** Operations on the dead letters of one service's group; every service with consumers implements them. */
export const deadLettersApi = {
  list: operation({
    id: 'listOwnDeadLetters',
    method: 'get',
    path: '/internal/dead-letters',
    service: 'every',
    tag: 'operations',
    summary: 'Dead letters of this service',
    access: 'service',
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  show: operation({
    id: 'getOwnDeadLetter',
    method: 'get',
    path: '/internal/dead-letters/:id',
    service: 'every',
    tag: 'operations',
    summary: 'A dead letter of this service',
    access: 'service',
    params: deadLetterParams,
    responses: { 200: z.object({ letter: deadLetterSchema }) },
  }),
  replay: operation({
    id: 'replayOwnDeadLetter',
    method: 'post',
    path: '/internal/dead-letters/:id/replay',
    service: 'every',
    tag: 'operations',
    summary: 'Replay a dead letter',
    access: 'service',
    params: deadLetterParams,
    query: byOperator,
    errors: ['conflict'],
    responses: { 204: null },
  }),
  discard: operation({
    id: 'discardOwnDeadLetter',
    method: 'delete',
    path: '/internal/dead-letters/:id',
    service: 'every',
    tag: 'operations',
    summary: 'Discard a dead letter',
    access: 'service',
    params: deadLetterParams,
    query: byOperator,
    responses: { 204: null },
  }),
  replayCause: operation({
    id: 'replayOwnDeadLettersOfCause',
    method: 'post',
    path: '/internal/dead-letter-causes/:id/replay',
    service: 'every',
    tag: 'operations',
    summary: 'Replay all dead letters of one cause',
    access: 'service',
    params: deadLetterParams,
    query: byOperator,
    errors: ['conflict'],
    responses: { 200: lettersOfCause },
  }),
  discardCause: operation({
    id: 'discardOwnDeadLettersOfCause',
    method: 'delete',
    path: '/internal/dead-letter-causes/:id',
    service: 'every',
    tag: 'operations',
    summary: 'Discard all dead letters of one cause',
    access: 'service',
    params: deadLetterParams,
    query: byOperator,
    responses: { 200: lettersOfCause },
  }),
};

/** First segments that no page of the storefront has: those of the API, of the socket and of internal routes. */
export const reservedSegments = ['api', 'ws', 'auth', 'internal', 'metrics', 'livez', 'readyz'] as const;

/** The path of the WebSocket. Plain requests to it are 404. */
export const SOCKET_PATH = '/ws';
