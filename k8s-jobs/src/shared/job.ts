import type { z } from 'zod';
import { type TaskName, tasksApi } from '@bramble/contracts/tasks';
import { ConfigError, integer, loadConfig } from '@bramble/service-kit/base/config';
import { createLogger, type Logger } from '@bramble/service-kit/observe/logger';
import { tellerShape, tellOrders } from './tell-orders';

type Shape = Record<string, z.ZodType>;

const DAY_SECONDS = 86_400;
/** What a job reads besides its own environment. */
const common = { CONNECT_SECONDS: integer(30, 0, 3_600) };
/** What those that run by the clock read besides. */
const clock = { ...common, ...tellerShape(), TASK_INTERVAL_SECONDS: integer(DAY_SECONDS, 1, 31_536_000) };

/** One Job: its environment, and what it does with it. `run` answers the fields of the one summary line. */
export interface Job<S extends Shape = Shape> {
  readonly name: string;
  readonly env: S | ((env: NodeJS.ProcessEnv) => S);
  run(config: JobConfig<S>, log: Logger): Promise<Summary>;
  /** The recurring tasks that one run of it does, for the alert on those that are missed. */
  tasks?(config: JobConfig<S>): readonly TaskName[];
}
type Summary = Record<string, unknown>;
export type JobConfig<S extends Shape> = z.output<z.ZodObject<S & typeof common>>;

/** Keeps the exact type of a job's environment. */
export const job = <S extends Shape>(definition: Job<S>): Job<S> => definition;

/** Reads a job's environment; throws ConfigError with every fault. */
export function configOf<S extends Shape>({ env: shape }: Job<S>, env: NodeJS.ProcessEnv): JobConfig<S> {
  const own = typeof shape === 'function' ? shape(env) : shape;
  return loadConfig({ ...common, ...own }, env) as JobConfig<S>;
}

/** Runs a job as this process: one summary line, exit code 1 when it failed. */
export async function runJob<S extends Shape>(definition: Job<S>, env = process.env): Promise<void> {
  const log = createLogger(definition.name, env['LOG_LEVEL'] ?? 'info');
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  try {
    const config = configOf(definition, env);
    const told = (result: 'ok' | 'error', summary?: Summary) =>
      tellRun(definition.name, definition.tasks?.(config) ?? [], env, log, {
        result,
        durationSeconds: seconds(),
        summary,
      });
    const summary = await definition.run(config, log).catch(async (error: unknown) => {
      await told('error');
      throw error;
    });
    const took = seconds();
    await told('ok', summary);
    log.info({ ...summary, seconds: took }, `${definition.name} is done`);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    // A wrong environment or a clear refusal needs no stack; anything else does.
    const detail = error instanceof ConfigError || error instanceof Refusal ? {} : { err: error };
    log.error({ ...detail, seconds: seconds() }, `${definition.name} failed: ${sentence}`);
    process.exitCode = 1;
  }
}

interface Run {
  readonly result: 'ok' | 'error';
  readonly durationSeconds: number;
  readonly summary: Summary | undefined;
}

async function tellRun(
  name: string,
  tasks: readonly TaskName[],
  env: NodeJS.ProcessEnv,
  log: Logger,
  run: Run,
): Promise<void> {
  if (tasks.length === 0) return;
  const config = loadConfig(clock, env);
  const { result, durationSeconds, summary } = run;
  const bytes = summary?.['bytes'];
  const size = typeof bytes === 'number' ? { sizeBytes: bytes } : {};
  const intervalSeconds = config.TASK_INTERVAL_SECONDS;
  const runs = tasks.map((task) => ({ task, result, durationSeconds, intervalSeconds, ...size }));
  await tellOrders(config, log, name, (orders) => orders(tasksApi.finished, { body: { runs } }));
}

/** A job that will not go on, with the sentence that an operator needs. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
