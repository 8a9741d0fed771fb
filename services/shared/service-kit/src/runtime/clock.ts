import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../base/errors';
import { newId } from '../base/ids';
import { withContext } from '../base/request-context';
import type { Service } from './service';

/** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
};

/**
 * The delay in ms before try `attempt` (from 1): exponential with jitter, between half and the whole of
 * `base`·2^(attempt−1), at most `max`.
 */
export function backoff(attempt: number, { base = 200, max = 10_000 } = {}): number {
  const ceiling = Math.min(max, base * 2 ** Math.max(0, attempt - 1));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}

export interface RetryOptions {
  /** Milliseconds after which no new try begins. */
  ms: number;
  /** Milliseconds between a failed try (counted from 1) and the next. */
  wait: (attempt: number) => number;
  signal?: AbortSignal | undefined;
  /** Whether another try may help after this error; always unless given. */
  mayHelp?: (error: unknown) => boolean;
  /** Called for each failed try that will be retried. */
  onFailure?: (error: unknown, attempt: number) => void;
}

/**
 * Retries `run` until it succeeds. Throws its last error when the time is over, `signal` aborts, or another try cannot
 * help.
 */
export async function retry<T>(
  run: () => Promise<T>,
  { ms, wait, signal, mayHelp = () => true, onFailure }: RetryOptions,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const next = wait(attempt);
      if (performance.now() + next > deadline || signal?.aborted || !mayHelp(error)) throw error;
      onFailure?.(error, attempt);
      await pause(next, signal);
    }
  }
}

export interface Recurring {
  name: string;
  ms: number;
  run: (signal: AbortSignal) => Promise<unknown>;
}

/** A task that runs less often than this is tried again sooner after a failure. */
const SOON_MS = 10_000;

/**
 * Milliseconds until the next run of a task that runs every `ms`, after so many failures in a row. A frequent task is run
 * less often, and a rare one is tried again soon.
 */
export function untilNextRun(ms: number, failures: number): number {
  if (failures === 0) return ms;
  if (ms > SOON_MS) return backoff(failures, { base: SOON_MS, max: ms });
  return Math.max(ms, backoff(failures, { base: ms, max: SOON_MS }));
}

/** A worker that runs `run` every `ms`, one run at a time. Errors are logged and do not stop it. */
export function every(service: Service, { name, ms, run }: Recurring): void {
  const controller = new AbortController();
  let running: Promise<void> | undefined;
  const loop = async () => {
    let failures = 0;
    while (!controller.signal.aborted) {
      try {
        await withContext({ correlationId: newId(), traceparent: '' }, () => run(controller.signal));
        failures = 0;
      } catch (error) {
        failures += 1;
        const level = isTransient(error) ? 'warn' : 'error';
        if (failures === 1 || failures % 30 === 0)
          service.log[level]({ err: error, task: name, failures }, 'a recurring task failed');
      }
      await pause(untilNextRun(ms, failures), controller.signal);
    }
  };
  service.worker({
    name,
    start: () => {
      running = loop();
    },
    stop: async () => {
      controller.abort();
      await running;
    },
  });
}
