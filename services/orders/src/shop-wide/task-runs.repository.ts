import type { BackupStore, FinishedRun } from '@bramble/contracts/tasks';
import type { Sql } from '@bramble/service-kit/stores/sql';

/** A recurring task of the shop, as a row of `task_runs`. Times are seconds since 1970. */
export interface TaskRun {
  task: string;
  intervalSeconds: number;
  lastSuccessAt: number | null;
  lastDurationSeconds: number;
  sizeBytes: number | null;
  verifiedAt: number | null;
}

/** The task name of a store's backup. */
const backupOf = (store: BackupStore): string => `backup_${store}`;
const DAY_SECONDS = 86_400;

export function createTaskRunsRepository(sql: Sql) {
  async function finished(run: FinishedRun): Promise<void> {
    const { task, intervalSeconds, durationSeconds, sizeBytes } = run;
    const ok = run.result === 'ok';
    await sql.query({
      name: 'task-finished',
      text: `INSERT INTO task_runs AS t (task, interval_seconds, last_success_at, last_duration_seconds, size_bytes, succeeded, failed)
        VALUES ($1, $2, CASE WHEN $5 THEN now() END, CASE WHEN $5 THEN $3::float8 END, $4, $5::int, 1 - $5::int)
        ON CONFLICT (task) DO UPDATE SET interval_seconds = EXCLUDED.interval_seconds,
          last_success_at = coalesce(EXCLUDED.last_success_at, t.last_success_at),
          last_duration_seconds = coalesce(EXCLUDED.last_duration_seconds, t.last_duration_seconds),
          size_bytes = coalesce(EXCLUDED.size_bytes, t.size_bytes),
          succeeded = t.succeeded + EXCLUDED.succeeded, failed = t.failed + EXCLUDED.failed`,
      values: [task, intervalSeconds, durationSeconds, sizeBytes ?? null, ok],
    });
  }

  async function restored(stores: readonly BackupStore[]): Promise<void> {
    await sql.query({
      text: `INSERT INTO task_runs AS t (task, interval_seconds, verified_at) SELECT unnest($1::text[]), $2, now()
        ON CONFLICT (task) DO UPDATE SET verified_at = EXCLUDED.verified_at`,
      values: [stores.map(backupOf), DAY_SECONDS],
    });
  }

  async function list(): Promise<TaskRun[]> {
    const { rows } = await sql.query<{
      task: string;
      every: number;
      at: number | null;
      took: number;
      size: number | null;
      verified: number | null;
    }>({
      text: `SELECT task, interval_seconds AS every, extract(epoch FROM last_success_at)::float8 AS at,
          coalesce(last_duration_seconds, 0) AS took, size_bytes::float8 AS size, extract(epoch FROM verified_at)::float8 AS verified
        FROM task_runs`,
    });
    return rows.map(({ task, every, at, took, size, verified }) => ({
      task,
      intervalSeconds: every,
      lastSuccessAt: at,
      lastDurationSeconds: took,
      sizeBytes: size,
      verifiedAt: verified,
    }));
  }

  return { finished, restored, list };
}
export type TaskRunsRepository = ReturnType<typeof createTaskRunsRepository>;
