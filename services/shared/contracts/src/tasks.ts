import { z } from 'zod';
import { operation } from './operation';

/** The recurring tasks of the shop, run by services or by CronJobs; also the values of the metric label `task`. */
export const taskNames = [
  'refill',
  'cache_purge',
  'reconcile',
  'reservation_sweep',
  'ledger_check',
  'backup_postgres',
  'backup_mongodb',
  'session_purge',
] as const;
export type TaskName = (typeof taskNames)[number];

const runSchema = z.strictObject({
  task: z.enum(taskNames),
  result: z.enum(['ok', 'error']),
  intervalSeconds: z.int().min(1).max(31_536_000),
  durationSeconds: z.number().min(0).max(86_400),
  /** The size of the archive, when the task was a backup. */
  sizeBytes: z.int().min(0).optional(),
});
/** One run of a task. Durations and intervals are in seconds. */
export type FinishedRun = z.infer<typeof runSchema>;

const storeSchema = z.enum(['postgres', 'mongodb']);
/** The kinds of stores that backups contain. */
export type BackupStore = z.infer<typeof storeSchema>;

/** Operations by which Jobs report runs to orders, which exports them as metrics for the whole shop. */
export const tasksApi = {
  finished: operation({
    id: 'recordTaskRuns',
    method: 'post',
    path: '/internal/task-runs',
    service: 'orders',
    tag: 'operations',
    summary: 'Record the runs of recurring tasks',
    access: 'service',
    jobs: true,
    body: z.strictObject({ runs: z.array(runSchema).min(1).max(10) }),
    responses: { 204: null },
  }),
  restored: operation({
    id: 'recordRestores',
    method: 'post',
    path: '/internal/restores',
    service: 'orders',
    tag: 'operations',
    summary: 'Record that backups were proved by a restore',
    access: 'service',
    jobs: true,
    body: z.strictObject({ stores: z.array(storeSchema).min(1) }),
    responses: { 204: null },
  }),
};
