import type { BackupStore, FinishedRun, TaskName } from '@bramble/contracts/tasks';
import { counter, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { exportTaskRuns, type taskMetrics } from './task-runs.metrics';
import type { TaskRunsRepository } from './task-runs.repository';

/** Records when the shop's recurring tasks last succeeded, and exports it for the alerts on missed runs. */
export function createTaskRuns(owner: MetricsOwner<typeof taskMetrics>, runs: TaskRunsRepository) {
  const counted = counter(owner, 'bramble_task_runs_total');
  exportTaskRuns(owner, runs);

  /** Wraps `run` so that its success is recorded at most every `intervalSeconds`. */
  function recorded(task: TaskName, intervalSeconds: number, run: (signal: AbortSignal) => Promise<unknown>) {
    let recordedAt = -Infinity;
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
      if (end - recordedAt < intervalSeconds * 1000) return;
      recordedAt = end;
      await runs.finished({ task, result: 'ok', intervalSeconds, durationSeconds: (end - start) / 1000 });
    };
  }

  /** Records runs that a Job of the cluster reports. */
  async function finished(reported: readonly FinishedRun[]): Promise<void> {
    for (const run of reported) {
      counted.inc({ task: run.task, result: run.result });
      await runs.finished(run);
    }
  }

  return {
    recorded,
    finished,
    restored: (stores: readonly BackupStore[]): Promise<void> => runs.restored(stores),
  };
}
export type TaskRuns = ReturnType<typeof createTaskRuns>;
