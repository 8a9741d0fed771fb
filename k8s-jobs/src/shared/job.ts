import type { z } from 'zod';
import { type TaskName, tasksApi } from '@bramble/contracts/tasks';
import { ConfigError, integer, loadConfig } from '@bramble/service-kit/base/config';
import { createLogger, type Logger } from '@bramble/service-kit/observe/logger';
import { reporterShape, reportToOrders } from './report-to-orders';

type Shape = Record<string, z.ZodType>;

const DAY_SECONDS = 86_400;
/** The environment of every job. */
const common = { CONNECT_SECONDS: integer(30, 0, 3_600) };
/** The additional environment of jobs that report their runs to orders. */
const recurring = {
  ...common,
  ...reporterShape(),
  TASK_INTERVAL_SECONDS: integer(DAY_SECONDS, 1, 31_536_000),
};

/** A Job: its environment, and its work. `run` answers the fields of the summary line. */
export interface Job<S extends Shape = Shape> {
  readonly name: string;
  readonly env: S | ((env: NodeJS.ProcessEnv) => S);
  run(config: JobConfig<S>, log: Logger): Promise<Summary>;
  /** The recurring tasks that one run completes, for the alert on missed tasks. */
  tasks?(config: JobConfig<S>): readonly TaskName[];
}
type Summary = Record<string, unknown>;
export type JobConfig<S extends Shape> = z.output<z.ZodObject<S & typeof common>>;

/** Keeps the exact type of a job's environment. */
export const job = <S extends Shape>(definition: Job<S>): Job<S> => definition;

/** Parses a job's environment; throws ConfigError with every fault. */
export function configOf<S extends Shape>({ env: shape }: Job<S>, env: NodeJS.ProcessEnv): JobConfig<S> {
  const own = typeof shape === 'function' ? shape(env) : shape;
  return loadConfig({ ...common, ...own }, env) as JobConfig<S>;
}

/** Runs a job as this process: logs one summary line, and exits with 1 when the job failed. */
export async function runJob<S extends Shape>(definition: Job<S>, env = process.env): Promise<void> {
  const log = createLogger(definition.name, env['LOG_LEVEL'] ?? 'info');
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const config = configOf(definition, env);
    const report = (result: 'ok' | 'error', summary?: Summary) =>
      reportRun(definition.name, definition.tasks?.(config) ?? [], env, log, {
        result,
        durationSeconds: seconds(),
        summary,
      });
    const summary = await definition.run(config, log).catch(async (error: unknown) => {
      await report('error');
      throw error;
    });
    const took = seconds();
    await report('ok', summary);
    log.info({ ...summary, seconds: took }, `${definition.name} is done`);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    // Configuration errors and expected failures are clear without a stack; other errors are not.
    const detail = error instanceof ConfigError || error instanceof ExpectedFailure ? {} : { err: error };
    log.error({ ...detail, seconds: seconds() }, `${definition.name} failed: ${sentence}`);
    process.exitCode = 1;
  }
}

interface Run {
  readonly result: 'ok' | 'error';
  readonly durationSeconds: number;
  readonly summary: Summary | undefined;
}

async function reportRun(
  name: string,
  tasks: readonly TaskName[],
  env: NodeJS.ProcessEnv,
  log: Logger,
  run: Run,
): Promise<void> {
  if (tasks.length === 0) return;
  const config = loadConfig(recurring, env);
  const { result, durationSeconds, summary } = run;
  const bytes = summary?.['bytes'];
  const size = typeof bytes === 'number' ? { sizeBytes: bytes } : {};
  const intervalSeconds = config.TASK_INTERVAL_SECONDS;
  const runs = tasks.map((task) => ({ task, result, durationSeconds, intervalSeconds, ...size }));
  await reportToOrders(config, log, name, (orders) => orders(tasksApi.finished, { body: { runs } }));
}

/** A failure that the operator can mend by its message alone; it is logged without a stack. */
export class ExpectedFailure extends Error {
  override readonly name = 'ExpectedFailure';
}
