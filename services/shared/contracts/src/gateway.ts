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
  health: operation({
    method: 'get',
    path: '/api/health',
    tag: 'shop',
    summary: 'Is the shop open',
    access: 'anyone',
    responses: { 200: healthSchema, 503: healthSchema },
  }),
  dashboard: operation({
    method: 'get',
    path: '/api/dashboard',
    tag: 'shop',
    summary: 'Profile, ideas and recent orders',
    access: 'user',
    responses: { 200: dashboardSchema },
  }),
  deadLetters: operation({
    method: 'get',
    path: '/api/admin/dead-letters',
    tag: 'operations',
    summary: 'Events that failed for good',
    access: ['admin'],
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  replayDeadLetter: operation({
    method: 'post',
    path: '/api/admin/dead-letters/:id/replay',
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
    tag: 'operations',
    summary: 'Dead letters of this service',
    access: 'service',
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(deadLetterSchema) },
  }),
  replay: operation({
    method: 'post',
    path: '/internal/dead-letters/:id/replay',
    tag: 'operations',
    summary: 'Replay one',
    access: 'service',
    params: deadLetterParams,
    responses: { 204: null },
  }),
  discard: operation({
    method: 'delete',
    path: '/internal/dead-letters/:id',
    tag: 'operations',
    summary: 'Discard one',
    access: 'service',
    params: deadLetterParams,
    responses: { 204: null },
  }),
};
