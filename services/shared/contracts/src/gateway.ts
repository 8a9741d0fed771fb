import { z } from 'zod';
import { productSchema } from './catalog';
import { operation } from './operation';
import { orderSchema } from './orders';
import { pageOf, pageQuery, timeSchema } from './page';
import { profileSchema, userSchema } from './users';

export const healthSchema = z.object({
  status: z.enum(['ok', 'starting', 'degraded']),
  services: z.record(z.string(), z.enum(['up', 'down'])),
});

/** What `/` says to a program; a browser gets the storefront. `links` are paths. */
const welcomeSchema = z.object({
  name: z.string(),
  version: z.string(),
  links: z.record(z.string(), z.string()),
});

/** A part that could not be had in time is null (or empty) and its name is in `degraded`. */
export const dashboardSchema = z.object({
  profile: z.object({ user: userSchema, profile: profileSchema }).nullable(),
  recommended: z.array(productSchema),
  recentOrders: z.array(orderSchema),
  degraded: z.array(z.enum(['profile', 'recommended', 'recentOrders'])),
});

/** `id` names one dead letter across all services: `<stream>.<group>.<entry id>`. */
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
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
const deadLetterParams = z.strictObject({ id: z.string().regex(/^[a-z_]+\.[a-z]+\.\d+-\d+$/) });

export const gatewayApi = {
  welcome: operation({
    method: 'get',
    path: '/',
    service: 'gateway',
    tag: 'shop',
    summary: 'Name, version and links',
    access: 'anyone',
    responses: { 200: welcomeSchema },
  }),
  health: operation({
    method: 'get',
    path: '/api/health',
    service: 'gateway',
    tag: 'shop',
    summary: 'Is the shop open',
    access: 'anyone',
    responses: { 200: healthSchema, 503: healthSchema },
  }),
  openApi: operation({
    method: 'get',
    path: '/api/openapi.json',
    service: 'gateway',
    tag: 'shop',
    summary: 'This contract as OpenAPI',
    access: 'anyone',
    responses: { 200: z.record(z.string(), z.json()) },
  }),
  docs: operation({
    method: 'get',
    path: '/api/docs',
    service: 'gateway',
    tag: 'shop',
    summary: 'This contract as a page',
    access: 'anyone',
    produces: 'text/html',
    responses: { 200: z.string() },
  }),
  dashboard: operation({
    method: 'get',
    path: '/api/dashboard',
    service: 'gateway',
    tag: 'shop',
    summary: 'Profile, ideas and recent orders',
    access: 'user',
    responses: { 200: dashboardSchema },
  }),
  deadLetters: operation({
    method: 'get',
    path: '/api/admin/dead-letters',
    service: 'gateway',
    tag: 'operations',
    summary: 'Events that failed for good',
    access: ['admin'],
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  replayDeadLetter: operation({
    method: 'post',
    path: '/api/admin/dead-letters/:id/replay',
    service: 'gateway',
    tag: 'operations',
    summary: 'Run a failed event again',
    access: ['admin'],
    params: deadLetterParams,
    responses: { 204: null },
  }),
};

/** What each service with consumers answers about the dead letters of its own group. */
export const deadLettersApi = {
  list: operation({
    method: 'get',
    path: '/internal/dead-letters',
    service: 'every',
    tag: 'operations',
    summary: 'Dead letters of this service',
    access: 'service',
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  replay: operation({
    method: 'post',
    path: '/internal/dead-letters/:id/replay',
    service: 'every',
    tag: 'operations',
    summary: 'Replay one',
    access: 'service',
    params: deadLetterParams,
    responses: { 204: null },
  }),
  discard: operation({
    method: 'delete',
    path: '/internal/dead-letters/:id',
    service: 'every',
    tag: 'operations',
    summary: 'Discard one',
    access: 'service',
    params: deadLetterParams,
    responses: { 204: null },
  }),
};

/** Where a WebSocket to the shop is opened. Plain requests to it are 404. */
export const SOCKET_PATH = '/ws';
