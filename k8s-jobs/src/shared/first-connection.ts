import type { Logger } from '@bramble/service-kit/observe/logger';
import { retry } from '@bramble/service-kit/runtime/clock';

const PAUSE_MS = 1_000;
const REPEAT_LINE_MS = 10_000;

/**
 * Retries `open` until it succeeds or `seconds` are over, then throws its last error. Network policies apply some
 * seconds after the start of a pod, and stores may start after the Job.
 */
export function firstConnection<T>(
  what: string,
  { seconds, log, signal }: { seconds: number; log: Logger; signal?: AbortSignal },
  open: () => Promise<T>,
): Promise<T> {
  let lineDue = Date.now() + PAUSE_MS;
  return retry(open, {
    ms: seconds * 1000,
    wait: () => PAUSE_MS,
    signal,
    onFailure: (error) => {
      if (Date.now() < lineDue) return;
      log.warn({ store: what, reason: (error as Error).message }, 'waiting for a store');
      lineDue = Date.now() + REPEAT_LINE_MS;
    },
  });
}
