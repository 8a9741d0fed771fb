import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@bramble/service-kit/observe/logger';

const PAUSE_MS = 1_000;
const REPEAT_LINE_MS = 10_000;

/**
 * Repeats `open` until it answers or `seconds` are over, then throws its last error. Network policies lag behind the
 * start of a pod by some seconds, and stores may start after the job.
 */
export async function firstConnection<T>(
  what: string,
  { seconds, log, signal }: { seconds: number; log: Logger; signal?: AbortSignal },
  open: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let lineDue = Date.now() + PAUSE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (Date.now() + PAUSE_MS > deadline || signal?.aborted) throw error;
      if (Date.now() >= lineDue) {
        log.warn({ store: what, reason: (error as Error).message }, 'not there yet');
        lineDue = Date.now() + REPEAT_LINE_MS;
      }
    }
    await delay(PAUSE_MS);
  }
}
