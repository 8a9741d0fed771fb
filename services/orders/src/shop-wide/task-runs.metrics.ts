import { type BackupStore, type TaskName, taskNames } from '@bramble/contracts/tasks';
import { collected, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';
import type { TaskRun, TaskRunsRepository } from './task-runs.repository';

const backupStores = ['postgres', 'mongodb'] as const satisfies readonly BackupStore[];
/** Metrics of the recurring tasks and backups of the whole shop. */
export const taskMetrics = define({
  bramble_task_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a recurring task of the shop last succeeded.',
    labels: { task: taskNames },
  },
  bramble_task_interval_seconds: {
    kind: 'gauge',
    help: 'How often a recurring task is meant to run.',
    labels: { task: taskNames },
  },
  bramble_task_last_duration_seconds: {
    kind: 'gauge',
    help: 'How long the last successful run of a recurring task took.',
    labels: { task: taskNames },
  },
  bramble_task_runs_total: {
    kind: 'counter',
    help: 'Runs of recurring tasks in this process.',
    labels: { task: taskNames, result: ['ok', 'error'] },
  },
  bramble_backup_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a store was last put into an archive that was read back whole.',
    labels: { store: backupStores },
  },
  bramble_backup_size_bytes: {
    kind: 'gauge',
    help: 'Size of the last archive that holds the store.',
    labels: { store: backupStores },
  },
  bramble_backup_last_verified_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a store was last restored from an archive.',
    labels: { store: backupStores },
  },
});

const gauges = [
  'bramble_task_last_success_timestamp_seconds',
  'bramble_task_interval_seconds',
  'bramble_task_last_duration_seconds',
] as const;
const backupGauges = [
  'bramble_backup_last_success_timestamp_seconds',
  'bramble_backup_size_bytes',
  'bramble_backup_last_verified_timestamp_seconds',
] as const;

/** Exports when the tasks last succeeded. The values come from the table, so every replica exports the same. */
export function exportTaskRuns(owner: MetricsOwner<typeof taskMetrics>, runs: TaskRunsRepository): void {
  collected(owner, 'tasks', [...gauges, ...backupGauges], async () =>
    (await runs.list()).flatMap((run) => [...samplesOf(run), ...backupSamplesOf(run)]),
  );
}

function samplesOf({ task, lastSuccessAt, intervalSeconds, lastDurationSeconds }: TaskRun) {
  if (lastSuccessAt === null) return [];
  const labels = { task: task as TaskName };
  return [
    { name: gauges[0], labels, value: lastSuccessAt },
    { name: gauges[1], labels, value: intervalSeconds },
    { name: gauges[2], labels, value: lastDurationSeconds },
  ];
}

function backupSamplesOf({ task, lastSuccessAt, sizeBytes, verifiedAt }: TaskRun) {
  const store = task.replace(/^backup_/, '');
  if (store === task) return [];
  const labels = { store: store as BackupStore };
  return [
    { name: backupGauges[0], labels, value: lastSuccessAt },
    { name: backupGauges[1], labels, value: sizeBytes },
    { name: backupGauges[2], labels, value: verifiedAt },
  ].flatMap(({ value, ...sample }) => (value === null ? [] : [{ ...sample, value }]));
}
