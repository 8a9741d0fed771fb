import type { Sql } from '@bramble/service-kit/postgres';

/** A recurring task of the whole shop, as `task_runs` knows it. Jobs of the cluster write their own rows. */
export interface TaskRun {
  task: string;
  intervalSeconds: number;
  /** Seconds since 1970. */
  lastSuccessAt: number;
  lastDurationSeconds: number;
}

export const createTaskRunsRepository = (sql: Sql) => ({
  async succeeded(task: string, intervalSeconds: number, durationSeconds: number): Promise<void> {
    await sql.query({
      name: 'task-succeeded',
      text: `INSERT INTO task_runs AS t (task, interval_seconds, last_success_at, last_duration_seconds, succeeded)
        VALUES ($1, $2, now(), $3, 1) ON CONFLICT (task) DO UPDATE SET interval_seconds = EXCLUDED.interval_seconds,
          last_success_at = now(), last_duration_seconds = EXCLUDED.last_duration_seconds, succeeded = t.succeeded + 1`,
      values: [task, intervalSeconds, durationSeconds],
    });
  },

  async list(): Promise<TaskRun[]> {
    const { rows } = await sql.query<{ task: string; every: number; at: number; took: number }>({
      text: `SELECT task, interval_seconds AS every, extract(epoch FROM last_success_at)::float8 AS at,
          coalesce(last_duration_seconds, 0) AS took
        FROM task_runs WHERE last_success_at IS NOT NULL`,
    });
    return rows.map(({ task, every, at, took }) => ({
      task,
      intervalSeconds: every,
      lastSuccessAt: at,
      lastDurationSeconds: took,
    }));
  },
});
export type TaskRunsRepository = ReturnType<typeof createTaskRunsRepository>;
