import type { BackupStore, FinishedRun, TaskName } from '@bramble/contracts/tasks';
import type { Service } from '@bramble/service-kit/runtime/service';
import { collected, counter } from '@bramble/service-kit/observe/metrics';
import type { TaskRun, TaskRunsRepository } from './task-runs.repository';

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

/** Keeps when the shop's recurring tasks last succeeded, and exports it for the alerts on those that are missed. */
export function createTaskRuns(service: Service, runs: TaskRunsRepository) {
  const counted = counter(service, 'bramble_task_runs_total');
  collected(service, 'tasks', [...gauges, ...backupGauges], async () =>
    (await runs.list()).flatMap((run) => [...samplesOf(run), ...backupSamplesOf(run)]),
  );
  return {
    /** `run`, noted in the table at most every `intervalSeconds`, however often it runs. */
    noted(task: TaskName, intervalSeconds: number, run: (signal: AbortSignal) => Promise<unknown>) {
      let notedAt = -Infinity;
      return async (signal: AbortSignal): Promise<void> => {
        const start = performance.now();
        try {
          await run(signal);
        } catch (error) {
          counted.inc({ task, result: 'error' });
          throw error;
        }
        counted.inc({ task, result: 'ok' });
        const end = performance.now();
        if (end - notedAt < intervalSeconds * 1000) return;
        notedAt = end;
        await runs.finished({ task, result: 'ok', intervalSeconds, durationSeconds: (end - start) / 1000 });
      };
    },
    /** Runs of a Job of the cluster, as it tells them. */
    async finished(told: readonly FinishedRun[]): Promise<void> {
      for (const run of told) {
        counted.inc({ task: run.task, result: run.result });
        await runs.finished(run);
      }
    },
    restored: (stores: readonly BackupStore[]): Promise<void> => runs.restored(stores),
  };
}
export type TaskRuns = ReturnType<typeof createTaskRuns>;

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
