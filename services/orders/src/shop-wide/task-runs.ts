import type { BackupStore, FinishedRun, TaskName } from '@bramble/contracts/tasks';
import { counter } from '@bramble/service-kit/observe/metrics';
import type { Service } from '@bramble/service-kit/runtime/service';
import { exportTaskRuns, type taskMetrics } from './task-runs.metrics';
import type { TaskRunsRepository } from './task-runs.repository';

/** Keeps when the shop's recurring tasks last succeeded, and exports it for the alerts on those that are missed. */
export function createTaskRuns(service: Service<typeof taskMetrics>, runs: TaskRunsRepository) {
  const counted = counter(service, 'bramble_task_runs_total');
  exportTaskRuns(service, runs);
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
