import type { Service } from '@bramble/service-kit/create-service';
import { collected, counter } from '@bramble/service-kit/metrics';
import type { LabelsOf } from '@bramble/service-kit/metrics-catalogue';
import type { TaskRunsRepository } from './task-runs.repository';

type Task = LabelsOf<'bramble_task_runs_total'>['task'];
const gauges = [
  'bramble_task_last_success_timestamp_seconds',
  'bramble_task_interval_seconds',
  'bramble_task_last_duration_seconds',
] as const;

/** Keeps when the shop's recurring tasks last succeeded, and exports it for the alert that misses them. */
export function createTaskRuns(service: Service, runs: TaskRunsRepository) {
  const counted = counter(service, 'bramble_task_runs_total');
  collected(service, 'tasks', gauges, async () =>
    (await runs.list()).flatMap((run) => {
      const labels = { task: run.task as Task };
      return [
        { name: gauges[0], labels, value: run.lastSuccessAt },
        { name: gauges[1], labels, value: run.intervalSeconds },
        { name: gauges[2], labels, value: run.lastDurationSeconds },
      ];
    }),
  );
  return {
    /** `run`, noted in the table at most every `intervalSeconds`, however often it runs. */
    noted(task: Task, intervalSeconds: number, run: (signal: AbortSignal) => Promise<unknown>) {
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
        await runs.succeeded(task, intervalSeconds, (end - start) / 1000);
      };
    },
  };
}
